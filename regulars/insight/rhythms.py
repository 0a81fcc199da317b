"""Each person's rhythm with its uncertainty, and the day from which their silence is improbable under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import narwhals as nw
import numpy as np

from regulars.insight.arrays import Floats, arrays, joined_with
from regulars.insight.cautions import Caution, FewCameBack
from regulars.insight.frames import Frame, need, opened, ordinal, plus_days, with_days, with_nullable
from regulars.insight.rhythm import MINIMUM_BUYING_DAYS, SILENT_AT_LEAST_DAYS, TIMES_THE_USUAL_GAP

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

    from regulars.insight.seasonality import Seasonality

SLIPS_BELOW = 0.1
TOLD_GAPS = 2.0
"""What an owner says about how often somebody comes counts like this many observed gaps, times the memory's weight."""
FEW_PEOPLE = 10
A_LIFE_DAYS = 36_500.0  # nobody is due later than this, and no calendar ends before it
_CENTRE = np.log([1.5, 1.5])  # of k and r; alpha follows from the usual gap of the business
_SPREAD = np.array([0.6, 0.8, 0.8])
_BOUNDS = [(np.log(0.2), np.log(200.0)), (np.log(0.05), np.log(500.0)), (np.log(1e-3), np.log(1e7))]
_AGREED_DAYS = 30.0


class Usual(NamedTuple):
    """The rhythm of one person: the usual gap with its interval, and after how many days of silence they slip.

    ``slips_after_days`` is None where there is no rhythm yet: before the third buying day, unless one is remembered.
    """

    gap_days: float
    low: float
    high: float
    slips_after_days: int | None


class Rhythms:
    """How regular people are, and how much they differ: learned from everybody, then told of each.

    Attributes
    ----------
    params_ : dict
        ``k`` (how regular: 1 is haphazard, 4 is a habit), ``r`` and ``alpha`` (days; how rates differ between people).
    log_likelihood_ : float
        Of the gaps, without the prior.
    n_ : int
        People with at least one gap.
    warnings_ : list of Caution
        What to bear in mind.

    Notes
    -----
    The gaps of one person are Gamma(k, rate), the rates of people Gamma(r, alpha): conjugate, so that after x gaps
    that took t_x days a person's rate is Gamma(r + k x, alpha + t_x). Their next gap divided by alpha + t_x is then
    beta prime (k, r + k x), with ``P(gap > s) = I(A / (A + s); r + k x, k)``, A = alpha + t_x: the probability of a
    silence this long from somebody who is still a customer. Few gaps leave a person near everybody's rhythm, many
    let their own speak. k, r and alpha maximise the likelihood times a weak log-normal prior. This is the buying half
    of the CNBD: Chatfield and Goodhardt (1973), "A Consumer Purchasing Model with Erlang Inter-Purchase Times",
    JASA 68, 828-835; Platzer and Reutterer (2016), Marketing Science 35(5), 779-799.

    What an owner remembers counts like two gaps at the weight of the memory (`with_memory`), so that a person with a
    remembered rhythm slips like anybody else, and the memory fades as real orders arrive.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame(
    ...     {
    ...         "customer": ["Ann", "Bo"],
    ...         "x": [12, 2],
    ...         "t_x_days": [84, 14],
    ...         "log_gaps_sum": [23.3, 3.9],
    ...         "last_on": [date(2026, 3, 1)] * 2,
    ...     }
    ... )
    >>> told = Rhythms().fit(facts).describe(facts).sort("customer")
    >>> told.select(pl.col("usual_gap_days", "usual_gap_low", "usual_gap_high").round(0)).rows()
    [(7.0, 6.0, 9.0), (7.0, 5.0, 11.0)]
    """

    params_: dict[str, float]
    log_likelihood_: float
    n_: int
    warnings_: list[Caution]

    def fit(self, facts: Any, *, log_gaps: float | None = None) -> Self:
        """Learn from the gaps of everybody.

        Parameters
        ----------
        facts : frame
            What `summary` returns: ``x``, ``t_x_days`` and ``log_gaps_sum`` are read.
        log_gaps : float, optional
            The sum over everybody that counts instead of ``log_gaps_sum`` (`Seasonality.log_gaps`, with
            `Seasonality.felt`).
        """
        frame = opened(facts)
        need(frame, "x", "t_x_days")
        if log_gaps is not None:
            frame = frame.with_columns(log_gaps_sum=nw.lit(0.0))
        need(frame, "log_gaps_sum")
        gaps = frame.filter(nw.col("x") > 0, nw.col("t_x_days") > 0).with_columns(one=nw.lit(1))
        sums = {"n": nw.col("one").sum(), "logs": nw.col("log_gaps_sum").sum()}
        grouped = arrays(gaps.group_by("x", "t_x_days").agg(**sums), "x", "t_x_days", "n", "logs")
        self.n_ = int(grouped["n"].sum())
        self.warnings_ = []
        if self.n_ < FEW_PEOPLE:
            self.warnings_.append(FewCameBack(self.n_))
        if log_gaps is not None:
            grouped["logs"] = np.array([log_gaps])
        found = _most_likely(grouped)
        self.log_likelihood_ = _likelihood(found, grouped)[0]
        self.params_ = dict(zip(("k", "r", "alpha"), np.exp(found).tolist(), strict=True))
        return self

    @classmethod
    def learned(cls, facts: Any, *, log_gaps: float | None = None) -> Self | None:
        """Learn where at least ten people came back; None with fewer: then `by_thumb` says when somebody slips.

        Parameters
        ----------
        facts : frame
            What `summary` returns.
        log_gaps : float, optional
            See `fit`.
        """
        found = cls().fit(facts, log_gaps=log_gaps)
        return found if found.n_ >= FEW_PEOPLE else None

    def describe(
        self,
        facts: IntoFrameT,
        *,
        season: Seasonality | None = None,
        confidence: float = 0.95,
        due_share: float | None = 0.8,
    ) -> IntoFrameT:
        """Add each person's rhythm, when they are due, and the day on which they slip.

        Parameters
        ----------
        facts : frame
            What `summary` or `with_memory` returns: ``x``, ``t_x_days``, ``last_on`` and, where they are there,
            ``told_gap_days`` and ``memory_weight``. All columns pass through.
        season : Seasonality, optional
            Where `facts` (and those it was fitted on) are `Seasonality.facts`: days due and of slipping then allow for
            quiet and busy months, and the usual gap is in seasonal days.
        confidence : float, default 0.95
            Share of the intervals of the usual gap that hold it.
        due_share : float or None, default 0.8
            Share of people who come within ``due_low`` to ``due_high``, if they come again. None spares both.

        Returns
        -------
        frame
            With ``usual_gap_days``, ``usual_gap_low``, ``usual_gap_high`` (days; missing without a gap or a memory),
            ``usual_gap_n`` (gaps it rests on), ``due_low``, ``due_high`` (dates), ``slips_after_days`` and ``slips_on``
            (the first day on which a silence this long has a probability below 1 in 10 for somebody who still comes,
            at least 14 days; missing before the third buying day unless a rhythm is remembered) and
            ``rhythm_reason`` (why something is missing).
        """
        frame = _with_evidence(opened(facts))
        names = frame.collect_schema().names()
        keys = arrays(frame.select("rhythm_gaps").unique(), "rhythm_gaps")["rhythm_gaps"]
        frame = joined_with(frame, {"rhythm_gaps": keys} | self._factors(keys, confidence, due_share), "rhythm_gaps")
        span = nw.col("rhythm_days") + self.params_["alpha"]
        is_known = nw.col("rhythm_gaps") > 0
        due = ("due_low", "due_high") if due_share is not None else ()
        until = {f"{name}_days": nw.when(is_known).then(nw.col(f"{name}_factor") * span) for name in due}
        frame = frame.with_columns(slips_after_days=nw.col("slips_factor") * span, **until)
        frame = _in_whole_days(frame, season, ("slips_after_days", *until))
        frame = frame.with_columns(
            usual_gap_days=nw.when(is_known).then(nw.col("middle_factor") * span),
            usual_gap_low=nw.when(is_known).then(nw.col("low_factor") * span),
            usual_gap_high=nw.when(is_known).then(nw.col("high_factor") * span),
            usual_gap_n=nw.col("x"),
            slips_after_days=nw.when(nw.col("has_rhythm")).then(_at_least(nw.col("slips_after_days") + 1)),
            rhythm_reason=nw.when(~nw.col("has_rhythm")).then(_reason(is_known)),
        )
        for days, day in (*zip(until, due, strict=True), ("slips_after_days", "slips_on")):
            frame = plus_days(frame, "last_on", days, day)
        numbers = ("usual_gap_days", "usual_gap_low", "usual_gap_high", "slips_after_days")
        added = (*numbers[:3], "usual_gap_n", *due, "slips_after_days", "slips_on", "rhythm_reason")
        kept = [name for name in names if name not in (*added, *_EVIDENCE)]
        native: IntoFrameT = with_nullable(frame.select(*kept, *added), *numbers).to_native()
        return native

    def of_person(
        self,
        x: int,
        t_x_days: float,
        *,
        told_gap_days: float | None = None,
        memory_weight: float = 0.0,
        season: Seasonality | None = None,
        last_on: date | None = None,
    ) -> Usual | None:
        """Say the same of one person without a frame, to the last digit.

        Parameters
        ----------
        x : int
            Buying days, less the first.
        t_x_days : float
            Days between the first and the last of them.
        told_gap_days : float, optional
            What the owner remembers.
        memory_weight : float, default 0
            How much that counts (`with_memory`).
        season : Seasonality, optional
            See `describe`: `t_x_days` are then seasonal days (`Seasonality.felt_days`).
        last_on : date, optional
            The last buying day: where a season is given, the day from which the silence is counted.

        Returns
        -------
        Usual or None
            None with a single buying day and nothing remembered.

        Examples
        --------
        >>> learned = {"params": {"k": 1.5, "r": 1.5, "alpha": 30.0}, "n": 40, "log_likelihood": 0.0, "warnings": []}
        >>> Rhythms.from_dict(learned).of_person(12, 84).slips_after_days
        20
        >>> Rhythms.from_dict(learned).of_person(0, 0) is None
        True
        """
        gaps, days, has_rhythm = float(x), float(t_x_days), x + 1 >= MINIMUM_BUYING_DAYS
        if told_gap_days is not None and memory_weight > 0:
            told = memory_weight * TOLD_GAPS
            gaps, days, has_rhythm = gaps + told, days + told * told_gap_days, True
        if gaps <= 0:
            return None
        factors = {name: float(found[0]) for name, found in self._factors(np.array([gaps]), 0.95, None).items()}
        span = days + self.params_["alpha"]
        silence = _whole_days(min(factors["slips_factor"] * span, A_LIFE_DAYS), season, last_on) + 1
        middle, low, high = (factors[f"{name}_factor"] * span for name in ("middle", "low", "high"))
        return Usual(middle, low, high, max(SILENT_AT_LEAST_DAYS, silence) if has_rhythm else None)

    def p_silence(self, facts: IntoFrameT, as_of: date, *, season: Seasonality | None = None) -> IntoFrameT:
        """Add the probability of a silence this long from somebody who is still a customer.

        Parameters
        ----------
        facts : frame
            See `describe`.
        as_of : date
            Until when they have been silent.
        season : Seasonality, optional
            See `describe`.

        Returns
        -------
        frame
            With ``silent_days`` and ``p_silence`` (0 to 1; missing without a gap or a memory).
        """
        from scipy.special import betainc

        frame = _with_evidence(opened(facts))
        names = [name for name in frame.collect_schema().names() if name not in _EVIDENCE]
        frame = frame.with_columns(silent_days=nw.lit(as_of.toordinal()) - ordinal("last_on"))
        if season is not None and season.is_supported_:
            frame = season.with_silence(frame, as_of, "felt_days")
        else:
            frame = frame.with_columns(felt_days=nw.col("silent_days").cast(nw.Float64))
        keys = ("rhythm_gaps", "rhythm_days", "felt_days")
        found = arrays(frame.select(*keys).unique(), *keys)
        k, r, alpha = (self.params_[name] for name in ("k", "r", "alpha"))
        span, silent = alpha + found["rhythm_days"], np.maximum(found["felt_days"], 0.0)
        p = betainc(r + k * found["rhythm_gaps"], k, span / (span + silent))
        frame = joined_with(frame, {**found, "p": p}, *keys)
        known = nw.when(nw.col("rhythm_gaps") > 0).then(nw.col("p"))
        frame = frame.with_columns(p_silence=known).select(*names, "silent_days", "p_silence")
        native: IntoFrameT = with_nullable(frame, "p_silence").to_native()
        return native

    def _factors(self, gaps: Floats, confidence: float, due_share: float | None) -> dict[str, Floats]:
        """What (alpha + t_x) is multiplied by: it depends on the number of gaps alone."""
        from scipy.special import betaincinv, gammaincinv

        k, shape = self.params_["k"], self.params_["r"] + self.params_["k"] * gaps

        def silence(share: float) -> Floats:
            inside = betaincinv(shape, k, share)  # A / (A + s) where a share of the gaps is longer than s
            return np.asarray((1 - inside) / inside)

        tail = (1 - confidence) / 2
        due = {} if due_share is None else {"due_low": (1 + due_share) / 2, "due_high": (1 - due_share) / 2}
        return {
            "middle_factor": k / gammaincinv(shape, 0.5),
            "low_factor": k / gammaincinv(shape, 1 - tail),
            "high_factor": k / gammaincinv(shape, tail),
            "slips_factor": silence(SLIPS_BELOW),
            **{f"{name}_factor": silence(share) for name, share in due.items()},
        }

    def to_dict(self) -> dict[str, Any]:
        """Give what was learned, fit for JSON."""
        return {
            "params": self.params_,
            "n": self.n_,
            "log_likelihood": self.log_likelihood_,
            "warnings": [one.to_dict() for one in self.warnings_],
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Make a model of what `to_dict` gave."""
        model = cls()
        model.params_, model.n_ = dict(stored["params"]), int(stored["n"])
        model.log_likelihood_ = float(stored["log_likelihood"])
        model.warnings_ = [Caution.from_dict(one) for one in stored["warnings"]]
        return model


def by_thumb(facts: IntoFrameT) -> IntoFrameT:
    """Say by the rule of thumb what `Rhythms.describe` says, where too few people came back to learn from.

    Parameters
    ----------
    facts : frame
        What `summary` or `with_memory` returns; a remembered rhythm counts from the first day on.

    Returns
    -------
    frame
        With ``usual_gap_days`` (the median gap), ``usual_gap_low`` and ``usual_gap_high`` (missing),
        ``slips_after_days`` and ``slips_on``: the first day of a silence of more than twice the usual gap and at least
        14 days, missing before the third buying day unless a rhythm is remembered.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"last_on": [date(2026, 1, 21)], "frequency": [3], "median_gap_days": [10.0]})
    >>> by_thumb(facts).select("usual_gap_days", "usual_gap_low", "slips_on").row(0)
    (10.0, None, datetime.date(2026, 2, 11))
    """
    frame = opened(facts)
    schema = need(frame, "last_on", "frequency", "median_gap_days")
    gap = nw.col("median_gap_days").cast(nw.Float64)
    limit = nw.max_horizontal(nw.lit(float(SILENT_AT_LEAST_DAYS)), (gap * TIMES_THE_USUAL_GAP).floor() + 1)
    real = nw.col("real") if "real" in schema else nw.col("frequency")
    has_rhythm = real >= MINIMUM_BUYING_DAYS
    if "basis" in schema:
        has_rhythm = has_rhythm | (nw.col("basis") == "memory")
    nothing = nw.when(nw.col("frequency") < 0).then(nw.lit(1.0))
    told = frame.with_columns(
        usual_gap_days=gap,
        usual_gap_low=nothing,
        usual_gap_high=nothing,
        slips_after_days=nw.when(has_rhythm & ~gap.is_null()).then(limit),
    )
    dated = plus_days(told, "last_on", "slips_after_days", "slips_on")
    numbers = ("usual_gap_days", "usual_gap_low", "usual_gap_high", "slips_after_days")
    native: IntoFrameT = with_nullable(dated, *numbers).to_native()
    return native


_EVIDENCE = ("rhythm_gaps", "rhythm_days", "has_rhythm")


def _with_evidence(frame: Frame) -> Frame:
    """Add how many gaps speak for a person and how long they took, what was remembered included."""
    schema = need(frame, "x", "t_x_days", "last_on")
    frame = with_days(frame, "last_on")
    gaps, days = nw.col("x").cast(nw.Float64), nw.col("t_x_days").cast(nw.Float64)
    has_rhythm = nw.col("x") + 1 >= MINIMUM_BUYING_DAYS
    if "told_gap_days" in schema and "memory_weight" in schema:
        is_told = (~nw.col("told_gap_days").is_null()) & (nw.col("memory_weight") > 0)
        told = nw.when(is_told).then(nw.col("memory_weight") * TOLD_GAPS).otherwise(nw.lit(0.0))
        told_gap = nw.when(is_told).then(nw.col("told_gap_days").cast(nw.Float64)).otherwise(nw.lit(0.0))
        gaps, days, has_rhythm = gaps + told, days + told * told_gap, has_rhythm | is_told
    return frame.with_columns(rhythm_gaps=gaps, rhythm_days=days, has_rhythm=has_rhythm)


def _in_whole_days(frame: Frame, season: Seasonality | None, columns: Sequence[str]) -> Frame:
    """Whole days that have passed; until the end of an interval they are rounded up."""
    for days in columns:
        up = days == "due_high_days"
        is_too_long = nw.col(days) > A_LIFE_DAYS
        frame = frame.with_columns(nw.when(is_too_long).then(nw.lit(A_LIFE_DAYS)).otherwise(nw.col(days)).alias(days))
        if season is not None and season.is_supported_:
            frame = season.in_calendar(frame, days, up=up)
        else:
            frame = frame.with_columns((nw.col(days).ceil() if up else nw.col(days).floor()).alias(days))
    return frame


def _whole_days(felt: float, season: Seasonality | None, last_on: date | None) -> int:
    if season is None or not season.is_supported_ or last_on is None:
        return int(felt // 1)
    return season.whole_days(last_on, felt)


def _at_least(whole: nw.Expr) -> nw.Expr:
    return nw.when(whole > SILENT_AT_LEAST_DAYS).then(whole).otherwise(nw.lit(float(SILENT_AT_LEAST_DAYS)))


def _reason(is_known: nw.Expr) -> Any:
    once, twice = "came on one day only so far", "came on two days only so far, which is no rhythm yet"
    return nw.when(is_known).then(nw.lit(twice)).otherwise(nw.lit(once))


def _most_likely(rows: dict[str, Floats]) -> Floats:
    from scipy.optimize import minimize

    centre = np.append(_CENTRE, np.log(_usual_gap(rows) * np.exp(_CENTRE[1] - _CENTRE[0])))

    def objective(logs: Floats) -> tuple[float, Floats]:
        value, slope = _likelihood(logs, rows)
        off = (logs - centre) / _SPREAD
        return -value + 0.5 * float(off @ off), -slope + off / _SPREAD

    found = minimize(objective, centre, jac=True, method="L-BFGS-B", bounds=_BOUNDS)
    best: Floats = found.x
    return best


def _usual_gap(rows: dict[str, Floats]) -> float:
    if not len(rows["x"]):
        return _AGREED_DAYS
    return float(np.exp(np.average(np.log(rows["t_x_days"] / rows["x"]), weights=rows["n"])))


def _likelihood(logs: Floats, rows: dict[str, Floats]) -> tuple[float, Floats]:
    """Log-likelihood of the gaps and its slope in the logarithms of k, r and alpha."""
    from scipy.special import digamma, gammaln

    k, r, alpha = np.exp(logs)
    x, days, n = rows["x"], rows["t_x_days"], rows["n"]
    shape, span = r + k * x, alpha + days
    gaps, log_gaps, log_span = float(n @ x), float(rows["logs"].sum()), np.log(span)
    each = gammaln(shape) - gammaln(r) + r * np.log(alpha) - shape * log_span
    value = float(n @ each) + (k - 1) * log_gaps - gaps * float(gammaln(k))
    lift = digamma(shape) - log_span
    slope = np.array(
        [
            k * (float(n @ (x * lift)) + log_gaps - gaps * float(digamma(k))),
            r * (float(n @ lift) + float(n.sum()) * float(np.log(alpha) - digamma(r))),
            alpha * float(n @ (r / alpha - shape / span)),
        ]
    )
    return value, slope
