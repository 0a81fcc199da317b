"""What a visit of each customer is worth: the Gamma-Gamma model, with a weak prior so that few people suffice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

from regulars.insight.arrays import Floats, arrays, joined_with, nullable
from regulars.insight.cautions import Caution, FewPaidAgain, PaidNothing, SameSpend, SpendAtLimit, SpendGoesWithVisits
from regulars.insight.errors import FrameError
from regulars.insight.estimates import check_confidence
from regulars.insight.frames import Frame, need, opened
from regulars.insight.lifetime.fitting import polished
from regulars.insight.lifetime.priors import asked_prior
from regulars.insight.ranks import RankCorrelation, rank_correlation

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_REPEAT_BUYERS = 3
_BOUND = 9.0  # of the logarithms of the scaled parameters
_CORRELATION_WORTH_A_WARNING = 0.1
_GRID_FROM = 50_000  # distinct rows
_GRID_STEP = 0.02  # of the logarithm of spend


class SpendPrior(NamedTuple):
    """Log-normal priors of the spend model, free of any currency.

    Parameters
    ----------
    p, q_less_one, mean_rate : tuple of float
        Median and standard deviation of the logarithm: of p, of q - 1, and of the mean over customers,
        ``p v / (q - 1)``, as a multiple of the mean seen.
    """

    p: tuple[float, float] = (3.0, 1.0)
    q_less_one: tuple[float, float] = (3.0, 1.0)
    mean_rate: tuple[float, float] = (1.0, 0.5)


class _Buyers(NamedTuple):
    """Distinct (x, spend) of repeat buyers who paid something, spend divided by `scale`, sorted."""

    x: Floats
    spend: Floats
    weight: Floats
    scale: float

    @property
    def n(self) -> int:
        return int(self.weight.sum())


class GammaGamma:
    """Estimate what a customer pays per visit from what they and everybody else paid.

    Parameters
    ----------
    prior : SpendPrior, "default" or None
        Weak and proper by default, so that a few repeat buyers suffice; it fades as they become more. None is
        maximum likelihood.

    Attributes
    ----------
    params_ : dict of str to float, or None
        ``p``, ``q`` (> 1) and ``v`` (in the unit of ``spend_mean``); None with too few repeat buyers.
    standard_errors_ : dict of str to float or None
        Of the same; None where the data do not say.
    log_likelihood_ : float or None
        Without the prior.
    n_ : int
        Repeat buyers it rests on (those who paid nothing on their later visits are left out).
    independence_ : RankCorrelation or None
        Of visits and spend per visit; None with fewer than four repeat buyers or no variation.
    warnings_ : list of Caution
        What to bear in mind.

    Notes
    -----
    Each amount is Gamma(p, nu) and nu differs from customer to customer as Gamma(q, v): Fader and Hardie (2013), "The
    Gamma-Gamma Model of Monetary Value". With x repeat days of mean z the log-likelihood of a customer is
    ``ln Gamma(px + q) - ln Gamma(px) - ln Gamma(q) + q ln v + (px - 1) ln z + px ln x - (px + q) ln(xz + v)``. q > 1
    is enforced because the mean over customers, ``p v / (q - 1)``, does not exist otherwise. Fitted by L-BFGS-B in
    ln p, ln(q - 1) and the logarithm of that mean, on distinct (x, z), money divided by the mean paid.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 2, 5, 1, 9], "spend_mean": [None, 20.0, 35.0, 18.0, 26.0]})
    >>> spend = GammaGamma().fit(facts)
    >>> spend.n_
    4
    >>> seen = spend.expected_spend(facts)
    >>> seen["expected_spend"].round(1).to_list()  # between their own mean and everybody's
    [28.0, 23.3, 33.5, 23.8, 26.3]
    >>> low, high = seen.row(0, named=True)["expected_spend_low"], seen.row(0, named=True)["expected_spend_high"]
    >>> low < 28 < high
    True
    """

    params_: dict[str, float] | None
    standard_errors_: dict[str, float | None]
    log_likelihood_: float | None
    n_: int
    independence_: RankCorrelation | None
    warnings_: list[Caution]

    def __init__(self, prior: SpendPrior | str | None = "default") -> None:
        self.prior: SpendPrior | None = asked_prior(prior, SpendPrior, SpendPrior())

    def fit(self, facts: object) -> GammaGamma:
        """Learn p, q and v from the repeat buyers.

        Parameters
        ----------
        facts : frame
            What `summary` returns; ``x`` (repeat buying days) and ``spend_mean`` (net per repeat buying day, missing
            when x = 0) are read.

        Returns
        -------
        GammaGamma
            Itself. Never fails for want of data: below three repeat buyers ``params_`` is None and ``warnings_`` says
            so.

        Raises
        ------
        FrameError
            When a column is missing or a spend is negative.
        """
        buyers, free = _buyers(opened(facts))
        self.n_ = buyers.n
        self.params_, self.log_likelihood_, self.covariance_ = None, None, None
        self.standard_errors_ = dict.fromkeys("pqv")
        self.warnings_ = [PaidNothing(free)] if free else []
        self.independence_ = rank_correlation(buyers.x, buyers.spend, buyers.weight)
        if self.n_ < MINIMUM_REPEAT_BUYERS:
            self.warnings_.append(FewPaidAgain(self.n_, MINIMUM_REPEAT_BUYERS))
            return self
        theta = _optimum(buyers, self.prior)
        self.params_ = dict(zip("pqv", _natural(theta, buyers.scale), strict=True))
        self.log_likelihood_ = float(_log_likelihood(theta, buyers)[0] - buyers.n * math.log(buyers.scale))
        self.covariance_ = _covariance(theta, buyers, self.prior)
        self.standard_errors_ = _standard_errors(theta, self.covariance_, buyers.scale)
        self.warnings_ += _about_shape(theta, buyers) + _about_independence(self.independence_)
        return self

    def expected_spend(self, facts: IntoFrameT, confidence: float = 0.95) -> IntoFrameT:
        """Add what each customer's visit is expected to be worth.

        Parameters
        ----------
        facts : frame
            What `summary` returns; ``x`` and ``spend_mean`` are read, all columns pass through.
        confidence : float, default 0.95
            Of the interval.

        Returns
        -------
        frame
            `facts` with ``expected_spend``, ``expected_spend_low``, ``expected_spend_high`` (unit of ``spend_mean``)
            and ``expected_spend_reason`` (text where there is no value). The interval is **credible**: it holds the
            customer's own long-run mean per visit, not the amount of the next visit. It takes p, q and v as known.

        Notes
        -----
        ``E = p (v + x z) / (p x + q - 1)``. The customer's mean is p / nu with nu | data ~ Gamma(px + q, v + xz), so
        the limits are ``p (v + xz)`` over a quantile of Gamma(px + q, 1), which depends on x alone: one quantile for
        each distinct x, joined back; the rest is arithmetic in the engine.
        """
        check_confidence(confidence)
        frame = opened(facts)
        need(frame, "x", "spend_mean")
        with_spend = self._with_expected(frame, confidence).to_native()
        native: IntoFrameT = with_spend
        return native

    def _with_expected(self, frame: Frame, confidence: float) -> Frame:
        names = ("expected_spend", "expected_spend_low", "expected_spend_high")
        if self.params_ is None:
            missing = {name: nw.lit(None).cast(nw.Float64) for name in names}
            told = frame.with_columns(
                **missing, expected_spend_reason=nw.lit(str(FewPaidAgain(self.n_, MINIMUM_REPEAT_BUYERS)))
            )
            return nullable(told, *names)
        own = self.credit()
        shares = self.shares(distinct_x(frame), confidence)
        joined = joined_with(frame.with_columns(x_=nw.col("x").cast(nw.Int64)), shares, "x_")
        columns = {name: own * nw.col(f"{name}_rate") for name in names}
        told = joined.with_columns(**columns, expected_spend_reason=nw.lit(None).cast(nw.String))
        return nullable(told.drop("x_", *(f"{name}_rate" for name in names)), *names)

    def credit(self) -> nw.Expr:
        """Say what stands for a customer's money: v + x z, of which every expectation of theirs is a multiple."""
        assert self.params_ is not None
        return paid_again() + self.params_["v"]

    def shares(self, x: Floats, confidence: float = 0.95) -> dict[str, Floats]:
        """Say by what v + x z is multiplied to give the expected spend and its limits, for each x."""
        from scipy.special import gammaincinv

        assert self.params_ is not None
        p, q, _ = self.params_.values()
        shape, tail = p * x + q, (1 - confidence) / 2
        low, high = p / gammaincinv(shape, 1 - tail), p / gammaincinv(shape, tail)
        mean = p / (shape - 1)
        return {
            "x_": x.astype(np.int64),
            "expected_spend_rate": mean,
            "expected_spend_low_rate": np.minimum(low, mean),
            "expected_spend_high_rate": np.maximum(high, mean),
        }

    def to_dict(self) -> dict[str, Any]:
        """Give what was learned as plain values, to be stored."""
        return {
            "params": self.params_,
            "standard_errors": self.standard_errors_,
            "log_likelihood": self.log_likelihood_,
            "customers": self.n_,
            "covariance": self.covariance_.tolist() if self.covariance_ is not None else None,
            "independence": self.independence_._asdict() if self.independence_ else None,
            "warnings": [one.to_dict() for one in self.warnings_],
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> GammaGamma:
        """Take up what `to_dict` gave."""
        model = cls()
        model.params_, model.standard_errors_ = stored["params"], stored["standard_errors"]
        model.log_likelihood_, model.n_ = stored["log_likelihood"], stored["customers"]
        model.covariance_ = np.array(stored["covariance"]) if stored["covariance"] else None
        model.independence_ = RankCorrelation(**stored["independence"]) if stored["independence"] else None
        model.warnings_ = [Caution.from_dict(one) for one in stored["warnings"]]
        return model

    covariance_: Floats | None  # of ln p, ln(q - 1) and ln of the mean


def paid_again() -> nw.Expr:
    """Say what a customer paid on all repeat days together, x z; 0 where there were none."""
    mean = nw.col("spend_mean").cast(nw.Float64)
    has_own = (nw.col("x") > 0) & mean.is_finite().fill_null(False)
    return nw.when(has_own).then(nw.col("x") * mean).otherwise(nw.lit(0.0))


def distinct_x(frame: Frame) -> Floats:
    """Fetch the distinct x, sorted."""
    found = arrays(frame.select("x").unique(), "x")["x"]
    return np.sort(found)


def _buyers(frame: Frame) -> tuple[_Buyers, int]:
    """Fetch distinct (x, spend) of the repeat buyers, and how many of them paid nothing."""
    need(frame, "x", "spend_mean")
    spend = nw.col("spend_mean").cast(nw.Float64)
    repeats = frame.filter(nw.col("x") > 0, ~spend.is_null()).select("x", spend.alias("spend_mean"))
    table = arrays(repeats.group_by("x", "spend_mean").agg(weight=nw.len()), "x", "spend_mean", "weight")
    order = np.lexsort((table["spend_mean"], table["x"]))
    x, z, weight = (table[name][order] for name in ("x", "spend_mean", "weight"))
    is_known = np.isfinite(z)
    if (z[is_known] < 0).any():
        raise FrameError("spend_mean", "is negative", f"the row with x {int(x[is_known & (z < 0)][0])}")
    pays = is_known & (z > 0)
    free = int(weight[is_known & ~pays].sum())
    scale = float(np.average(z[pays], weights=weight[pays])) if pays.any() else 1.0
    return _Buyers(x[pays], z[pays] / scale, weight[pays], scale), free


def _optimum(buyers: _Buyers, prior: SpendPrior | None) -> Floats:
    """Find ln p, ln(q - 1) and ln of the scaled mean at the best point of the exact rows; a grid only saves the way."""
    start = np.log([3.0, 2.0, 1.0])
    if len(buyers.x) < _GRID_FROM:
        return _searched(buyers, prior, start)
    near = _on_grid(buyers)
    start = _searched(near, prior, start)
    ahead, is_settled = polished(lambda theta: _downhill(theta, buyers, prior), start, -_curvature(start, near, prior))
    return ahead if is_settled and np.abs(ahead).max() < _BOUND else _searched(buyers, prior, ahead)


def _on_grid(buyers: _Buyers) -> _Buyers:
    """Pool neighbours in spend, two in a hundred apart, with the same x."""
    step = np.floor(np.log(buyers.spend) / _GRID_STEP)
    is_new = np.append(True, (np.diff(step) != 0) | (np.diff(buyers.x) != 0))  # the rows are sorted
    at = np.flatnonzero(is_new)
    weight = np.add.reduceat(buyers.weight, at)
    return _Buyers(buyers.x[at], np.add.reduceat(buyers.weight * buyers.spend, at) / weight, weight, buyers.scale)


def _searched(buyers: _Buyers, prior: SpendPrior | None, start: Floats) -> Floats:
    from scipy.optimize import minimize

    def scaled(theta: Floats) -> tuple[float, Floats]:
        value, slope = _downhill(theta, buyers, prior)
        return value / buyers.n, slope / buyers.n

    bounds = [(-_BOUND, _BOUND)] * 3
    found = minimize(scaled, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
    return np.asarray(found.x, dtype=float)


def _downhill(theta: Floats, buyers: _Buyers, prior: SpendPrior | None) -> tuple[float, Floats]:
    value, slope = _log_posterior(theta, buyers, prior)
    return -value, -slope


def _log_posterior(theta: Floats, buyers: _Buyers, prior: SpendPrior | None) -> tuple[float, Floats]:
    value, slope = _log_likelihood(theta, buyers)
    if prior is None:
        return value, slope
    centre, sd = np.log([part[0] for part in prior]), np.array([part[1] for part in prior])
    away = (theta - centre) / sd
    return value - float(away @ away) / 2, slope - away / sd


def _scaled(theta: Floats) -> tuple[float, float, float]:
    p, q_less_one, mean = (float(part) for part in np.exp(theta))
    return p, 1 + q_less_one, mean * q_less_one / p


def _natural(theta: Floats, scale: float) -> tuple[float, float, float]:
    p, q, v = _scaled(theta)
    return p, q, v * scale


def _log_likelihood(theta: Floats, buyers: _Buyers) -> tuple[float, Floats]:
    """Sum over the scaled spends, with the slope in theta; in logarithms of shares, so that nothing overflows."""
    from scipy.special import betaln, digamma

    p, q, v = _scaled(theta)
    px, paid = p * buyers.x, buyers.x * buyers.spend
    ln_own, ln_prior = -np.log1p(v / paid), -np.log1p(paid / v)  # of paid / (paid + v) and v / (paid + v)
    each = -betaln(px, q) + px * ln_own + q * ln_prior - np.log(buyers.spend)
    both = digamma(px + q)
    by_p = buyers.weight @ (buyers.x * (both - digamma(px) + ln_own))
    by_q = buyers.weight @ (both - digamma(q) + ln_prior)
    by_v = buyers.weight @ (q / v - (px + q) / (paid + v))
    slope = [p * by_p - v * by_v, (q - 1) * by_q + v * by_v, v * by_v]
    return float(buyers.weight @ each), np.array(slope)


def _covariance(theta: Floats, buyers: _Buyers, prior: SpendPrior | None) -> Floats | None:
    """Invert the curvature at the optimum, taken from differences of the exact slope."""
    curvature = -_curvature(theta, buyers, prior)
    try:
        covariance: Floats = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    is_sound = np.isfinite(covariance).all() and (np.linalg.eigvalsh(covariance) > 0).all()
    return covariance if is_sound else None


def _curvature(theta: Floats, buyers: _Buyers, prior: SpendPrior | None) -> Floats:
    step = 1e-4
    rows = [
        _log_posterior(theta + shift, buyers, prior)[1] - _log_posterior(theta - shift, buyers, prior)[1]
        for shift in step * np.eye(3)
    ]
    curvature = np.array(rows) / (2 * step)
    symmetric: Floats = (curvature + curvature.T) / 2
    return symmetric


def _standard_errors(theta: Floats, covariance: Floats | None, scale: float) -> dict[str, float | None]:
    if covariance is None:
        return dict.fromkeys("pqv")
    p, q, v = _natural(theta, scale)
    slopes = np.array([[p, 0, 0], [0, q - 1, 0], [-v, v, v]])
    variances = np.diag(slopes @ covariance @ slopes.T)
    return dict(zip("pqv", (float(root) for root in np.sqrt(variances)), strict=True))


def _about_shape(theta: Floats, buyers: _Buyers) -> list[Caution]:
    if np.ptp(buyers.spend) == 0:
        return [SameSpend()]
    return [SpendAtLimit()] if np.abs(theta).max() > _BOUND - 1e-6 else []


def _about_independence(found: RankCorrelation | None) -> list[Caution]:
    if found is None or found.p_value >= 0.05 or abs(found.value) < _CORRELATION_WORTH_A_WARNING:
        return []
    return [SpendGoesWithVisits(found.value, found.low, found.high, found.n)]
