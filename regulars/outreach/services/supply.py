"""What a run of letters lives on: it claims them a batch at a time, within what the mailbox may let out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.channels.email.carrying import Envelope
from regulars.outreach.channels.email.envelopes import Stationery
from regulars.outreach.models import SendingAccount, Touch
from regulars.outreach.services import allowance, claiming
from regulars.outreach.services.allowance import Grant
from regulars.outreach.services.turns import BULK_BELOW, is_urgent_due

NOTHING_FOR_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class Waiting:
    """A claimed letter, not before its moment."""

    row: Touch
    stationery: Stationery
    grant: Grant | None
    moment: datetime | None

    @property
    def is_due(self) -> bool:
        return self.moment is None or self.moment <= clock.now()

    @property
    def can_wait(self) -> bool:
        return self.row.priority < BULK_BELOW

    def envelope(self) -> Envelope:
        return self.stationery.envelope(self.row)


class Supply:
    """Claims for one run. What was granted and did not begin is given back in the end."""

    def __init__(self, account: SendingAccount | None, worker: str, lease_seconds: float, ends_at: float) -> None:
        self.account, self.worker, self.lease_seconds, self.ends_at = account, worker, lease_seconds, ends_at
        self.unused: dict[int, tuple[Grant, int]] = {}
        self.asks_again_at = 0.0

    def claim(self, most: int) -> list[Waiting]:
        """Claim up to `most` letters that may start before the run ends; asks again only after a pause if there are
        none."""
        now = time.monotonic()
        if most <= 0 or now < self.asks_again_at:
            return []
        found = self._claim(most, max(0.0, self.ends_at - now))
        if not found:
            self.asks_again_at = time.monotonic() + NOTHING_FOR_SECONDS
        return found

    def _claim(self, most: int, within_seconds: float) -> list[Waiting]:
        grant = allowance.take(self.account.pk, most, within_seconds=within_seconds) if self.account else None
        if grant is not None and not grant.count:
            return []
        rows = claiming.claim_letters(
            grant.count if grant else most,
            worker=self.worker,
            lease_seconds=self.lease_seconds,
            account=self.account,
            for_bulk=grant.for_bulk if grant else None,
        )
        if grant is not None and self.account is not None:
            allowance.give_back(self.account.pk, grant, grant.count - len(rows))
            self.unused[id(grant)] = grant, len(rows)
        return self._waiting(rows, grant) if rows else []

    def _waiting(self, rows: Sequence[Touch], grant: Grant | None) -> list[Waiting]:
        stationery = Stationery(rows, self.account)
        return [Waiting(row, stationery, grant, grant.moment(n) if grant else None) for n, row in enumerate(rows)]

    def overtake(self, line: Sequence[Waiting]) -> list[Waiting]:
        """Put due letters that cannot wait before those in this line that can; returns the line as it stands then.

        Each takes the place in the mailbox's pace and allowance of one that can wait. So nothing more leaves than was
        granted: the last of the line go back into the ledger.
        """
        slow = [letter for letter in line if letter.can_wait]
        if not slow or not is_urgent_due(clock.now()):
            return list(line)
        with transaction.atomic():
            rows = claiming.claim_letters(
                len(slow), worker=self.worker, lease_seconds=self.lease_seconds, account=self.account, for_bulk=0
            )
            out = slow[len(slow) - len(rows) :]
            why = _("It made room for a letter that cannot wait.") if out else ""
            claiming.give_back([letter.row for letter in out], worker=self.worker, why=why)
        stationery = Stationery(rows, self.account)
        ahead = [letter for letter in line if not letter.can_wait]
        ahead += [Waiting(row, stationery, None, None) for row in rows]
        order = [*ahead, *slow[: len(slow) - len(rows)]]
        return [replace(letter, grant=at.grant, moment=at.moment) for letter, at in zip(order, line, strict=True)]

    def began(self, letter: Waiting) -> None:
        if letter.grant is not None:
            grant, left = self.unused[id(letter.grant)]
            self.unused[id(grant)] = grant, left - 1

    def close(self) -> None:
        """Give back what did not begin."""
        for grant, left in self.unused.values():
            if self.account is not None and left:
                allowance.give_back(self.account.pk, grant, left)
        self.unused.clear()
