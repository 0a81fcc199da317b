"""A shop with a season: the months ahead know of it, and nobody slips because it is the quiet time of the year."""

from __future__ import annotations

import random
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from regulars.insight import MBGNBD, GammaGamma, Seasonality
from regulars.insight.backtest.in_season import InSeason
from regulars.insight.backtest.seasons import Clock
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding, Standing
from regulars.standings.pages.slipping import slipping_page
from regulars.standings.panels import panels
from regulars.standings.queries import has_season
from regulars.standings.services import grade_everyone, refresh_facts
from regulars.standings.services.looking_ahead import _seasonal
from regulars.standings.services.scoring import Models
from regulars.standings.tests.builders import many_people, stored

AHEAD = [(date(2026, month, 1), 10.0) for month in range(1, 13)]
AUGUST = date(2025, 8, 14)
DECEMBER = (0.5,) * 11 + (6.39,)


def _models(season: Seasonality | None, lifetime: Any = None) -> Models:
    return Models(date(2025, 12, 31), lifetime or MBGNBD(), GammaGamma(), None, 0.1, season)


def _season() -> Seasonality:
    months = [(factor, factor * 0.9, factor * 1.1, 100) for factor in DECEMBER]
    return Seasonality.from_dict({"months": months, "weekdays": [(1.0, 0.9, 1.1, 100)] * 7, "reason": "", "n": 900})


def test_a_strong_december_gets_its_share_and_the_sum_stays() -> None:
    parts = _seasonal(_models(_season()), AHEAD)
    assert parts[11] > 2 * max(parts[:11])
    assert sum(part * even for part, (_, even) in zip(parts, AHEAD, strict=True)) == pytest.approx(120)


def test_without_a_season_every_month_is_even_and_one_that_the_model_has_is_not_counted_twice() -> None:
    assert _seasonal(_models(None), AHEAD) == [1.0] * 12
    knowing = InSeason(MBGNBD(), Clock(DECEMBER), date(2025, 12, 31))
    assert _seasonal(_models(_season(), knowing), AHEAD) == [1.0] * 12
    corrected: Any = SimpleNamespace(name="recalibrated", model=knowing)
    assert _seasonal(_models(_season(), corrected), AHEAD) == [1.0] * 12


def a_christmas_shop(people: int = 60, seed: int = 4) -> list[int]:
    """Everybody comes three to five times before each Christmas, and hardly at any other time; a tenth stayed away."""
    a_business()
    ids, dice, baskets = many_people(people), random.Random(seed), []
    known = Person.objects.in_bulk(ids)
    for number, pk in enumerate(ids):
        for year in (2022, 2023, 2024):
            if year == 2024 and number % 10 == 0:
                continue
            days = [date(year, 11, 20) + timedelta(days=dice.randrange(34)) for _ in range(dice.randrange(3, 6))]
            if dice.random() < 0.3:
                days.append(date(year, dice.randrange(1, 11), dice.randrange(1, 28)))
            baskets += [a_new_order(known[pk], "30.00", day) for day in days]
    purchases.record_orders(baskets)
    return ids


@pytest.mark.django_db
def test_in_a_christmas_shop_august_makes_nobody_slip_but_those_who_missed_a_christmas_do(
    rf: Any, frozen_clock: Any
) -> None:
    frozen_clock.move_to(AUGUST)
    ids = a_christmas_shop()
    grade_everyone(AUGUST)
    card = Finding.objects.get(name="model").data
    assert card["season"] is not None
    in_use = [row["model"] for row in card["backtest"] if row["is_chosen"]]
    assert len(in_use) == 1
    assert " in season" in in_use[0]
    assert card["last"]
    assert card["calibration"]
    stayed_away = {pk for number, pk in enumerate(ids) if number % 10 == 0}
    late = set(Standing.objects.slipped(AUGUST).values_list("person_id", flat=True))
    assert stayed_away <= late
    assert len(late) <= 18, "by the calendar alone all sixty would"
    slipping = Finding.objects.get(name="slipping")
    assert (slipping.n, slipping.data["is_seasonal"]) == (len(late), True)
    assert "with the quiet months of your year allowed for; how late is counted in days" in slipping_page().sentence
    assert has_season()
    graded = stored()
    request = rf.get("/")
    request.user = a_user()
    keeps_coming = next(pk for pk in ids if pk not in late)
    said = {pk: _rhythm_words(request, pk) for pk in (ids[0], keeps_coming)}
    assert "with the quiet months of your year allowed for, fewer than 1 in 10" in said[ids[0]]
    assert "That is not too long yet: this is a quiet time of your year." in said[keeps_coming]
    Standing.objects.update(usual_gap_days=None, gap_low_days=None, gap_high_days=None, slips_on=None)
    refresh_facts(ids)
    assert stored() == graded


def _rhythm_words(request: Any, pk: int) -> str:
    shown = {panel.template: panel for panel in panels(request, Person.objects.get(pk=pk))}
    sentence: str = shown["standings/_rhythm.html"].context["sentence"]
    return sentence
