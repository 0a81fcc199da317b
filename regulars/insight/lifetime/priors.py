"""Weak proper priors: what is usual elsewhere, until a business's own orders say it better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from regulars.insight.lifetime.rows import Array

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Prior:
    """Independent log-normal priors on the parameters of a lifetime model.

    Parameters
    ----------
    centres : tuple of float
        Medians, in the order of the model's parameters; those that carry days as a share of the mean age T of the
        customers, so that the prior means the same for a baker and a jeweller.
    spreads : tuple of float
        Standard deviations of the natural logarithms.

    Examples
    --------
    >>> Prior((1.0, 0.22, 0.6, 1.2), (0.6, 0.8, 0.5, 0.6)).at([0.0, 0.0, 0.0, 0.0])[0] < 0
    True
    """

    centres: tuple[float, ...]
    spreads: tuple[float, ...]

    def at(self, logs: Any) -> tuple[float, Array]:
        """Evaluate the log density (up to a constant) and its gradient in the logarithms of the parameters."""
        spreads = np.asarray(self.spreads)
        z = (np.asarray(logs, dtype=float) - np.log(self.centres)) / spreads
        return -0.5 * float(z @ z), -z / spreads

    def as_list(self) -> list[list[float]]:
        """Write it down for a stored model."""
        return [list(self.centres), list(self.spreads)]

    def slower(self, times: float) -> Prior:
        """Move the second parameter, a time, as for events that come `times` as often."""
        r, alpha, *others = self.centres
        return Prior((r, alpha / times, *others), self.spreads)


def asked_prior(prior: Kind | str | None, kind: type[Kind], default: Kind) -> Kind | None:
    """Take the prior that was asked for: none, one of this kind, or by the word "default" the estimator's own."""
    if prior is None or isinstance(prior, kind):
        return prior
    if isinstance(prior, str) and prior == "default":
        return default
    raise ValueError(f'prior is {prior!r}; give "default", None (maximum likelihood) or a {kind.__name__}')


WEAK = Prior((1.0, 0.22, 0.6, 1.2), (0.6, 0.8, 0.5, 0.6))
STARTS = np.array([math.log(centre) for centre in WEAK.centres])
