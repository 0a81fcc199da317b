"""The kept-open connections of this process: each lane takes one, uses it alone, and puts it back."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from regulars.outreach.channels.email.carrying import Envelope, Mark, Result
from regulars.outreach.channels.email.journal import Journal, JournalFull
from regulars.outreach.channels.email.local_outbox import LocalOutbox
from regulars.outreach.channels.email.smtp import Line, Way
from regulars.outreach.channels.email.ways import AnyWay, way_of
from regulars.outreach.models import SendingAccount

log = logging.getLogger("regulars.outreach")


class Carrier(Protocol):
    """What takes a letter away: a line to a server, a connection to a service, a folder."""

    @property
    def is_stale(self) -> bool: ...

    def carry(self, envelope: Envelope, mark: Mark) -> Result: ...

    def close(self) -> None: ...


def carrier(way: AnyWay) -> Carrier:
    if isinstance(way, Way):
        return Line(way)
    from regulars.outreach.channels.email.web import WebLine  # requests and anymail, only where they are used

    return WebLine(way)


class Switchboard:
    """Connections to one mailbox. Another way in (host, password) gets another board, and the old one hangs up."""

    _boards: dict[int | None, Switchboard] = {}
    _lock = threading.Lock()

    def __init__(self, way: AnyWay | None) -> None:
        self.way = way
        self.letters_last_run = 0
        self._free: list[Carrier] = []
        self._guard = threading.Lock()

    @classmethod
    def of(cls, account: SendingAccount | None) -> Switchboard:
        way = way_of(account) if account else None
        key = account.pk if account else None
        with cls._lock:
            board = cls._boards.get(key)
            if board is None or board.way != way:
                if board is not None:
                    board.close()
                board = cls._boards[key] = cls(way)
            return board

    def fitting_batch(self, connections: int) -> int:
        """How many to claim: twice what went in the last run, so that little is claimed only to be given back."""
        return max(2 * self.letters_last_run, 4 * connections)

    def deliver(self, envelope: Envelope, journal: Journal) -> Result:
        """Hand over one letter on a connection of one's own. Never raises for what a server does."""

        def mark(stage: str) -> None:
            journal.note(envelope.touch_id, stage)

        if self.way is None:
            return LocalOutbox().carry(envelope, mark)
        line = self._take(self.way)
        try:
            result = line.carry(envelope, mark)
            if result.kind == "sent":
                journal.note_accepted(envelope.touch_id, result.code, result.said, result.provider_id)
            return result
        except JournalFull as fault:
            line.close()
            return Result("here", "connecting", 0, str(fault)[:300])
        except Exception as fault:
            # Nobody foresaw this one, so nobody knows how far the letter got: the owner decides.
            log.exception("A letter broke off.")
            line.close()
            return Result("unknown", "answered", 0, str(fault)[:300])
        finally:
            with self._guard:
                self._free.append(line)

    def _take(self, way: AnyWay) -> Carrier:
        with self._guard:
            return self._free.pop() if self._free else carrier(way)

    def close_idle(self) -> None:
        """Hang up where nobody has spoken for a while."""
        with self._guard:
            stale = [line for line in self._free if line.is_stale]
            self._free = [line for line in self._free if not line.is_stale]
        for line in stale:
            line.close()

    def close(self) -> None:
        with self._guard:
            lines, self._free = self._free, []
        for line in lines:
            line.close()
