"""One sale told by two files of one program with different totals: it counts as the first of them told it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from regulars.intake.models import ImportRun, RunEffect
from regulars.intake.staging.asking import Asked, about_twin
from regulars.people.bulk import among_texts
from regulars.purchases.models import Order
from regulars.purchases.services import Basket


@dataclass
class ToldBefore:
    """The orders that runs of the other format made, and how many of them this run came upon."""

    ranges: list[list[int]]
    source: str
    file_name: str = ""
    left_alone: int = field(default=0)

    @classmethod
    def of(cls, run: ImportRun, twin: str, source: str) -> ToldBefore:
        """Two queries at most, and none for a format without a twin."""
        if not twin:
            return cls([], source)
        effects = RunEffect.objects.filter(kind="order", run__format=twin, run__source=source)
        made = effects.exclude(run=run).exclude(run__state=ImportRun.State.UNDONE).values_list("made", "run__name")
        found = list(made)
        ranges = sorted(one for ranges, _name in found for one in ranges)
        return cls(ranges, source, found[0][1] if found else "")

    def without(self, baskets: Sequence[Basket]) -> list[Basket]:
        """Leave out the sales that the other file told; one query, and none where there is no other file."""
        if not self.ranges or not baskets:
            return list(baskets)
        references = {basket.key[1] for basket in baskets}
        orders = Order.objects.filter(source=self.source, reference__in=among_texts(references))
        known = {reference for pk, reference in orders.values_list("pk", "reference") if self._holds(pk)}
        kept = [basket for basket in baskets if basket.key[1] not in known]
        self.left_alone += len(baskets) - len(kept)
        return kept

    def _holds(self, pk: int) -> bool:
        place = bisect_right(self.ranges, [pk, 1 << 62]) - 1
        return place >= 0 and pk <= self.ranges[place][1]

    def asked(self) -> list[Asked]:
        """What the owner is told of it."""
        return [about_twin(self.left_alone, self.file_name)] if self.left_alone else []
