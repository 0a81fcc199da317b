"""What a reader must know before using a figure: a kind, its figures, and a plain sentence."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar


class Caution:
    """A warning: `kind` is its name for good, its fields are its figures, `str` says it in a plain sentence.

    Attributes
    ----------
    kind : str
        Of the class; nothing else is called so.
    kinds : dict of str to type
        Every kind that there is.

    Examples
    --------
    >>> caution = FewCustomers(12, has_prior=True)
    >>> print(caution)
    Fewer than 30 customers: the figures lean on what is usual elsewhere.
    >>> caution.to_dict()
    {'kind': 'few-customers', 'people': 12, 'has_prior': True}
    >>> Caution.from_dict(caution.to_dict()) == caution
    True
    """

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Caution]]] = {}

    def __init_subclass__(cls) -> None:
        Caution.kinds[cls.kind] = cls

    def to_dict(self: Any) -> dict[str, Any]:
        """Write down the kind and the figures, fit for JSON."""
        return {"kind": self.kind} | {
            name: figure.isoformat() if isinstance(figure, date) else figure for name, figure in asdict(self).items()
        }

    @staticmethod
    def from_dict(stored: dict[str, Any]) -> Caution:
        """Read back what `to_dict` wrote."""
        kind: Any = Caution.kinds[stored["kind"]]
        return kind(**{one.name: _READ.get(one.type, _as_it_is)(stored[one.name]) for one in fields(kind)})  # type: ignore[no-any-return]


def _as_it_is(figure: Any) -> Any:
    return figure


_READ: dict[Any, Any] = {"date": date.fromisoformat, "tuple[int, ...]": tuple}


@dataclass(frozen=True)
class FewCustomers(Caution):
    """Fewer than 30 customers."""

    kind: ClassVar[str] = "few-customers"
    people: int
    has_prior: bool

    def __str__(self) -> str:
        if not self.has_prior:
            return "Fewer than 30 customers and no prior: the figures can be far off."
        return "Fewer than 30 customers: the figures lean on what is usual elsewhere."


@dataclass(frozen=True)
class NoChurn(Caution):
    """A model in which nobody ever leaves explains the orders as well."""

    kind: ClassVar[str] = "no-churn"

    def __str__(self) -> str:
        return "There is no churn visible in these data: nobody has clearly gone, so how long people stay is a guess."


@dataclass(frozen=True)
class FewCameBack(Caution):
    """Too few gaps between visits to learn from how regular people are."""

    kind: ClassVar[str] = "few-came-back"
    people: int

    def __str__(self) -> str:
        who = {0: "Nobody", 1: "Only 1 person"}.get(self.people, f"Only {self.people} people")
        return f"{who} came back so far: each rhythm leans on what is usual elsewhere."


@dataclass(frozen=True)
class FewPaidAgain(Caution):
    """Too few repeat buyers for a spend model; `needed` of them are."""

    kind: ClassVar[str] = "few-paid-again"
    people: int
    needed: int

    def __str__(self) -> str:
        who = {0: "Nobody has", 1: "Only 1 person has"}.get(self.people, f"Only {self.people} people have")
        return f"{who} come back and paid so far; it takes {self.needed} repeat buyers to say what a visit is worth."


@dataclass(frozen=True)
class PaidNothing(Caution):
    """Repeat buyers whose later visits cost nothing, left out of the spend model."""

    kind: ClassVar[str] = "paid-nothing"
    people: int

    def __str__(self) -> str:
        who = "1 repeat buyer" if self.people == 1 else f"{self.people} repeat buyers"
        return f"{who} paid nothing on later visits and could not be used for the spend model."


@dataclass(frozen=True)
class SameSpend(Caution):
    """Every repeat buyer spends the same."""

    kind: ClassVar[str] = "same-spend"

    def __str__(self) -> str:
        return "Every repeat buyer spends the same, so the intervals of spend say little about how people differ."


@dataclass(frozen=True)
class SpendAtLimit(Caution):
    """The parameters of the spend model ran to the end of where they are looked for."""

    kind: ClassVar[str] = "spend-at-limit"

    def __str__(self) -> str:
        return "How spend differs between people could not be told from these data; p, q and v stand at a limit."


@dataclass(frozen=True)
class SpendGoesWithVisits(Caution):
    """Visits and spend per visit are not independent: their rank correlation, its interval, of how many people."""

    kind: ClassVar[str] = "spend-goes-with-visits"
    correlation: float
    low: float
    high: float
    people: int

    def __str__(self) -> str:
        more = "more" if self.correlation > 0 else "less"
        return (
            f"People who come more often spend {more} per visit (rank correlation {self.correlation:.2f}, between"
            f" {self.low:.2f} and {self.high:.2f}, {self.people} people); the spend model assumes that the two have"
            " nothing to do with each other, so read the value of people who rarely come with care."
        )


@dataclass(frozen=True)
class ShortComparison(Caution):
    """Models were compared on less than a year before a day."""

    kind: ClassVar[str] = "short-comparison"
    until: date

    def __str__(self) -> str:
        return f"The comparison rests on less than a year of history before {self.until}; read it with care."


@dataclass(frozen=True)
class SeasonCounted(Caution):
    """A season is counted in: its strongest and weakest month (1 is January), and how much a day of each counts."""

    kind: ClassVar[str] = "season-counted"
    strong_month: int
    strong_rate: float
    weak_month: int
    weak_rate: float

    def __str__(self) -> str:
        return (
            f"A day in {month_name[self.strong_month]} counts for {self.strong_rate:.1f} ordinary ones here, one in"
            f" {month_name[self.weak_month]} for {self.weak_rate:.1f}. Forecasts take that into account; the parameters"
            " listed are those of the models without it, and the season was read from everything known, also when"
            " earlier days were tried."
        )


@dataclass(frozen=True)
class WideTotal(Caution):
    """The interval of a total reaches far: what all `people` do in the days after a day, as shares of the total."""

    kind: ClassVar[str] = "wide-total"
    horizon_days: int
    after: date
    people: int
    less_rate: float
    more_rate: float

    def __str__(self) -> str:
        return (
            f"In the {self.horizon_days:,} days after {self.after} all {self.people:,} people together may come up to"
            f" {self.less_rate:.0%} less often or {self.more_rate:.0%} more often than forecast (19 times in 20 it lies"
            " between)."
        )


@dataclass(frozen=True)
class OtherSeasonAhead(Caution):
    """The days ahead seem busier or quieter than those known, by a season seen less than twice."""

    kind: ClassVar[str] = "other-season-ahead"
    is_busier: bool
    is_counted: bool

    def __str__(self) -> str:
        ahead, too = ("busier", "low") if self.is_busier else ("quieter", "high")
        how = "count only part of it" if self.is_counted else "leave it out"
        return (
            f"There seems to be a season, and the days ahead are probably {ahead} than those known. With less than two"
            f" years of orders that cannot be told from growth or decline, so forecasts {how} and their totals may be"
            f" too {too}."
        )


@dataclass(frozen=True)
class UnlikeMonths(Caution):
    """Months known were very unlike, with less than two years of them."""

    kind: ClassVar[str] = "unlike-months"
    is_counted: bool

    def __str__(self) -> str:
        return (
            "Some of the months known were much busier than others. With less than two years of orders a season cannot"
            f" be told from growth or decline: {'only part of it' if self.is_counted else 'none'} is counted in, so"
            " totals may be well too low or too high."
        )


@dataclass(frozen=True)
class UnseenMonths(Caution):
    """Months ahead (1 is January) of which nothing is known."""

    kind: ClassVar[str] = "unseen-months"
    months: tuple[int, ...]

    def __str__(self) -> str:
        lie, them = ("lie", "them") if len(self.months) > 1 else ("lies", "it")
        return (
            f"{_listed([month_name[month] for month in self.months])} {lie} ahead and nothing is known of {them} yet."
            " Forecasts take what was never seen for ordinary: where it is much busier or quieter, totals will be too"
            " low or too high."
        )


@dataclass(frozen=True)
class NoSeason(Caution):
    """Less than two years are known, and no season is counted in."""

    kind: ClassVar[str] = "no-season"

    def __str__(self) -> str:
        return (
            "With less than two years of orders no season is counted in: where the days ahead are busier or quieter by"
            " nature, totals will be too low or too high."
        )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])
