"""What to expect of somebody, in words, with its range; and nothing where nothing can be said."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from regulars.kit import clock
from regulars.purchases.tests.builders import a_business
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Basis, Finding, Standing
from regulars.standings.outlook import rests_on, worth
from regulars.standings.services import grade_everyone
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits
from regulars.standings.words import ahead, coming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def a_standing(**other: Any) -> Standing:
    """Somebody who comes every month; the chance is the stored one, because no card is at hand."""
    known = {
        "basis": Basis.ORDERS, "first_on": TODAY - timedelta(days=300), "last_on": TODAY - timedelta(days=10),
        "buying_days": 10, "net_amount": Decimal("640.00"), "usual_gap_days": 30.0, "p_alive": 0.83, "expected_purchases": 9.0,
        "slips_on": TODAY + timedelta(days=51), "value_amount": Decimal("512.40"), "value_low_amount": Decimal("180.00"),
        "value_high_amount": Decimal("903.00"), "next_low_on": TODAY + timedelta(days=8), "as_of": TODAY,
        "next_on": TODAY + timedelta(days=20), "next_high_on": TODAY + timedelta(days=44),
    }  # fmt: skip
    return Standing(**known | other)


def a_card() -> Finding:
    return Finding(name=Finding.Name.MODEL, as_of=TODAY, data={}, n=318, made_at=clock.now())


def test_worth_so_far_is_exact_and_what_lies_ahead_is_about() -> None:
    a_business()
    assert worth(a_standing()) == [("So far", "€640.00"), ("Next 12 months", "about €512")]
    assert rests_on(a_standing(), a_card()) == "Estimated from 10 visits, and from how 318 people came."


def test_without_a_model_only_what_was_paid_is_said() -> None:
    a_business()
    nothing = dict.fromkeys(("p_alive", "value_amount", "value_low_amount", "value_high_amount"))
    assert worth(a_standing(**nothing)) == [("So far", "€640.00")]
    assert rests_on(a_standing(**nothing), a_card()) == ""
    assert rests_on(a_standing(), None) == ""


def test_of_somebody_who_has_not_bought_nothing_is_foretold() -> None:
    a_business()
    nobody = a_standing(basis=Basis.CONTACT, buying_days=0)
    assert (worth(nobody), coming(nobody, None, TODAY), ahead(nobody, None)) == ([], [], [])


def test_who_comes_back_and_when_is_said_beside_their_rhythm() -> None:
    a_business()
    assert coming(a_standing(), None, TODAY) == [
        "Of people like that about 8 in 10 come back.",
        "If they come, then most likely between 12 March 2026 and 17 April 2026.",
    ]


def test_a_next_visit_within_ten_years_says_nothing() -> None:
    a_business()
    far = a_standing(next_high_on=TODAY + timedelta(days=3650))
    assert coming(far, None, TODAY) == ["Of people like that about 8 in 10 come back."]


def test_of_whom_no_visit_is_expected_no_amount_is_named_either() -> None:
    a_business()
    gone = a_standing(expected_purchases=0.01, expected_purchases_low=0, expected_purchases_high=0)
    assert ahead(gone, a_card().data) == ["In twelve months we expect no visit."]
    assert worth(gone) == [("So far", "€640.00"), ("Next 12 months", "nothing")]


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("en", "about 1 in 10 comes back", "about 8 in 10 come back"),
        ("de", "kommt etwa 1 von 10 wieder", "kommen etwa 8 von 10 wieder"),
        ("es", "vuelve alrededor de 1 de cada 10", "vuelven unas 8 de cada 10"),
    ],
)
def test_one_in_ten_comes_and_eight_in_ten_come_in_every_language(language: str, one: str, several: str) -> None:
    a_business()
    with translation.override(language):
        assert one in coming(a_standing(p_alive=0.1), None, TODAY)[0]
        assert several in coming(a_standing(), None, TODAY)[0]


def test_the_persons_page_shows_worth_and_the_way_to_how_sure_we_are() -> None:
    a_shop()
    ann = somebody("Ann Often")
    visits(ann, range(5, 365, 30))
    grade_everyone(TODAY)
    client = Client()
    client.force_login(a_user())
    page = client.get(f"/people/{ann.pk}/").text
    stored = Standing.objects.get(pk=ann.pk)
    assert stored.value_amount is not None
    assert "Next 12 months" in page
    assert "Estimated from 12 visits" in page
    assert "Of people like that" in page
    assert 'href="/groups/certainty/"' in page
