"""The chance that somebody is still a customer today, from the dates in their row and the card: no frame, no numpy."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from regulars.standings.models import Basis, Standing

MODELS = ("bg", "mbg", "mbg-cnbd")


def alive_today(standing: Standing, card: dict[str, Any] | None, on: date) -> float | None:
    """Reckon P(still a customer) on a day; for models without a short formula the stored one; none without any.

    For BG/NBD, MBG/NBD and MBG/CNBD-k the odds are those of `insight.lifetime`: it falls with every silent day.
    """
    stored = _lifetime(card)
    if standing.p_alive is None or stored is None or standing.basis != Basis.ORDERS:
        return standing.p_alive
    if standing.first_on is None or standing.last_on is None or stored["model"] not in MODELS:
        return standing.p_alive
    t_x, age = (standing.last_on - standing.first_on).days, (on - standing.first_on).days
    return chance(stored, standing.buying_days - 1, t_x, max(age, t_x))


def _lifetime(card: dict[str, Any] | None) -> dict[str, Any] | None:
    stored = ((card or {}).get("stored") or {}).get("lifetime")
    return stored.get("corrected", stored) if stored else None


def chance(stored: dict[str, Any], x: int, t_x_days: float, age_days: float) -> float:
    """P(alive) of one history under a stored model (`LifetimeModel.to_dict`) of the BG family.

    The odds of having gone are ``a / (b + later - 1) ((alpha + T) / (alpha + t_x))^(r + k x) / stages`` with
    later = x (BG, which cannot lose somebody who never came back) or x + 1 (MBG), and ``stages`` the chance, relative
    to the last stage alone, that a silence of T - t_x holds fewer than k stages.
    """
    is_modified = stored["model"] != "bg"
    if x == 0 and not is_modified:
        return 1.0
    r, alpha, a, b = (stored["params"][name] for name in ("r", "alpha", "a", "b"))
    k = int(stored.get("k", 1))
    shape, z = r + k * x, (age_days - t_x_days) / (alpha + age_days)
    term = stages = 1.0
    for stage in range(1, k):
        term *= (shape + stage - 1) * z / stage
        stages += term
    later = b + x if is_modified else b + x - 1
    log_odds_gone = math.log(a / later) + shape * math.log((alpha + age_days) / (alpha + t_x_days)) - math.log(stages)
    return 1 / (1 + math.exp(min(log_odds_gone, 700.0)))
