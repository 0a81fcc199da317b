"""Whether somebody could buy more here: their answer, or else what they spend beside the people who spend most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from regulars.purchases.models import Order
from regulars.standings.models import Finding, ToldShare
from regulars.standings.models.shares import ANSWER_DAYS, WITHIN_PERCENT, YEAR_DAYS
from regulars.standings.queries import finding

HALF = 0.5


@dataclass(frozen=True)
class Room:
    """The share with its interval, and on what it rests: an answer or an estimate among peers."""

    share: float
    low: float
    high: float
    told: ToldShare | None
    peers: int = 0

    @property
    def word(self) -> str:
        """*Room to grow*, *has us already*, or nothing where the interval holds a half (as `insight.with_room`)."""
        if self.high < HALF:
            return _("room to grow")
        return _("has us already") if self.low >= HALF else ""

    @property
    def sentence(self) -> str:
        if self.told is not None:
            return _("They said that about %(percent)d %% of what they spend on such things is with you.") % {
                "percent": self.told.percent
            }
        return _(
            "Estimated, not asked: about %(percent)d %% of what the tenth of your people who buy most spend in a year."
        ) % {"percent": round(100 * self.share)}


def room_of(person_id: int, today: date) -> Room | None:
    """Say what is known; none where nothing is. At most three queries."""
    told = ToldShare.objects.filter(pk=person_id, told_on__gt=today - timedelta(days=ANSWER_DAYS)).first()
    if told is not None:
        share, step = told.percent / 100, WITHIN_PERCENT / 100
        return Room(share, max(0.0, share - step), min(1.0, share + step), told)
    peers = finding(Finding.Name.PEERS)
    if peers is None or peers.data["top"] is None:
        return None
    spent = _spent(person_id, today)
    if spent <= 0:
        return None
    low, share, high = (min(1.0, float(spent / Decimal(peers.data[c]))) for c in ("top_high", "top", "top_low"))
    return Room(share, low, high, None, peers.n)


def _spent(person_id: int, today: date) -> Decimal:
    year = Order.objects.purchases().filter(
        person_id=person_id, bought_on__gt=today - timedelta(days=YEAR_DAYS), bought_on__lte=today
    )
    return Decimal(year.aggregate(net=Sum("net_amount"))["net"] or 0)
