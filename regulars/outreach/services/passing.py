"""Letters whose words were approved as a whole: written as approved at once, one row and one change each.

The same rules as for a yes to single ones (`approving`): what can never be received is put away with the reason, of
more than a hundred the first hundred go first, and nothing is due before the owner's delay is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.outreach.models import Batch, State
from regulars.outreach.services.approving import BEHIND, HIGHEST_OF_MANY, held_for_the_first
from regulars.outreach.services.planning import Key, NewTouch, Planning
from regulars.outreach.services.rows import Added, Draft
from regulars.staff.models import User


class Passing(Planning):
    """Writes letters of one mailing. `went` of its batch went before; `barred` says who cannot get it, and why.

    A row that was there before stays as it is and is among `known`.
    """

    def __init__(self, by: User | None, batch: Batch | None, went: int, barred: Mapping[int, str]) -> None:
        super().__init__()
        self.by_id, self.batch, self.barred = by.pk if by else None, batch, barred
        self.room = max(0, batch.first - went) if batch else None
        self.earliest_at = self.now + timedelta(minutes=business().send_delay_minutes)
        self.held_why = held_for_the_first(batch)
        self.no_words = _("There are no words in it yet.")
        self.known: list[int] = []

    def drafted(self, touches: Iterable[NewTouch]) -> Iterator[tuple[Key, Draft]]:
        for key, draft in super().drafted(touches):
            yield key, self._passed(draft)

    def write(self, chunk: Sequence[tuple[Key, Draft]]) -> Added:
        added = super().write(chunk)
        if len(added.new) < len(added.ids):
            self.known += [pk for pk in added.ids.values() if pk not in added.new]
        return added

    def _passed(self, draft: Draft) -> Draft:
        if draft.state != State.PLANNED:
            return draft
        if why := self.barred.get(draft.person) or ("" if draft.body else self.no_words):
            return draft._replace(state=str(State.SUPPRESSED), why=why[:300])
        waits = self.room is not None and self.room <= 0
        if self.room is not None:
            self.room -= 1
        return draft._replace(
            state=HELD if waits else APPROVED,
            held_why=self.held_why if waits else "",
            held_from=APPROVED if waits else "",
            priority=min(draft.priority - BEHIND, HIGHEST_OF_MANY) if self.batch else draft.priority,
            due_at=max(draft.due_at, self.earliest_at),
            approved_by=self.by_id,
            approved_at=self.now,
            batch=self.batch.pk if self.batch else None,
        )


APPROVED, HELD = str(State.APPROVED), str(State.HELD)
