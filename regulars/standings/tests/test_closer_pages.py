"""The pages that look closer: what a finding says, they say; what it cannot say, they explain."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from regulars.insight.cautions import Caution, NoChurn, UnseenMonths, WideTotal
from regulars.kit import clock
from regulars.people.models import Email, Person, Phone
from regulars.purchases.tests.builders import a_business
from regulars.staff.models import AuditEntry
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Finding, Grading, Standing, Terms
from regulars.standings.pages import figures
from regulars.standings.pages.cautions import caution
from regulars.standings.pages.certainty import _why, certainty_page, rule
from regulars.standings.pages.glance import groups_page
from regulars.standings.pages.retention import retention_page
from regulars.standings.pages.slipping import slipping_page
from regulars.standings.pages.value import value_page
from regulars.standings.services import grade_everyone, margin_percent, refresh_facts, remember
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits
from regulars.standings.tests.findings import some_findings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PAGES = ("retention", "value", "slipping", "certainty")


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(a_user(Role.OWNER))
    return client


def words_of(client: Client, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", reply.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def a_late_shop() -> list[int]:
    """Three people who came every month and then, for most of a year, no more, and a shop around them."""
    a_shop()
    late = [somebody(f"Late {name}") for name in ("Ann", "Bo", "Cy")]
    for person in late:
        visits(person, [400, 370, 340, 310])
    grade_everyone(TODAY)
    return [person.pk for person in late]


def test_coming_back_is_said_with_its_interval_and_how_many_it_rests_on(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    said = words_of(owner, "/groups/retention/")
    assert "Of 318 people who bought, 62 % (56 % to 67 %) came a second time." in said
    assert "Half come again within 78 days." in said
    assert "318 people in all" in said
    assert "as of" in said.lower()


def test_a_cohort_s_row_is_counted_from_the_finding_with_its_interval_in_the_table(owner: Client) -> None:
    a_business()
    cohorts = [
        {"start": "2025-12-01", "people": 20, "came": [20, 8, 5]},
        {"start": "2026-03-01", "people": 9, "came": [9]},
    ]
    some_findings(TODAY, retention={"period": "month", "cohorts": cohorts, "buyers": 29, "reason": "", "repeat": None})
    page = owner.get("/groups/retention/").text
    assert '<th scope="row">Dec 2025</th>' in page
    assert "40\u00a0% (22\u00a0% to 61\u00a0%)" in page
    assert "Mar 2026" not in page, "nobody of the newest month can have come in the month after"


def test_quarters_are_named_as_quarters(owner: Client) -> None:
    a_business()
    cohorts = [{"start": "2025-04-01", "people": 20, "came": [20, 8, 5]}]
    some_findings(
        TODAY, retention={"period": "quarter", "cohorts": cohorts, "buyers": 20, "reason": "", "repeat": None}
    )
    said = words_of(owner, "/groups/retention/")
    assert "Q2 2025" in said
    assert "in that quarter" in said


def test_the_months_ahead_add_up_to_what_is_said_and_the_table_has_every_month(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    page = owner.get("/groups/value/").text
    assert "€56,500 (€49,200 to €64,100)" in html.unescape(page)
    assert page.count("data-ahead") == 24, "twelve months, drawn wide and narrow"
    assert "Feb 2027" in page
    assert "€4,210" in page
    assert "800 and more" in page


def test_with_a_margin_the_worth_after_costs_is_said_and_without_one_it_is_not(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    assert "After costs" not in words_of(owner, "/groups/value/")
    found = Finding.objects.get(name="value")
    Finding.objects.filter(pk=found.pk).update(data={**found.data, "margin_rate": 0.4})
    assert "with 40 % of what is paid left to you, that is worth €52,000" in words_of(owner, "/groups/value/")


def test_with_a_margin_each_month_is_said_as_paid_and_as_earned_and_without_one_as_paid(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    assert "left to you" not in words_of(owner, "/groups/value/").replace("Say what is left to you of what is paid", "")
    found = Finding.objects.get(name="forecast")
    Finding.objects.filter(pk=found.pk).update(data={**found.data, "margin_rate": 0.4})
    said = words_of(owner, "/groups/value/")
    assert "€56,500 (€49,200 to €64,100)" in said
    assert "Of that about €22,600 (€19,700 to €25,600) is left to you." in said
    assert "the table says beside it what is left to you, 40 % of it" in said
    assert "€1,680 left to you" in said, "of the month to come in which 4,210 are paid"
    Finding.objects.filter(pk=found.pk).update(data={**found.data, "margin_rate": 1.0})
    assert "Of that about" not in words_of(owner, "/groups/value/")


def test_who_slips_is_named_with_what_is_at_stake_and_the_way_to_them(owner: Client) -> None:
    late = a_late_shop()
    some_findings(TODAY, late)
    reply = owner.get("/groups/slipping/")
    for pk in late:
        assert f'href="/people/{pk}/"' in reply.text
    said = words_of(owner, "/groups/slipping/")
    assert (
        "At their own pace they would bring €2,100 in a year; as things stand about €900. So €1,200 may be lost."
        in said
    )
    assert "every 41 days" in said
    assert "96 days" in said
    assert 'href="/people/?slipping=yes"' in reply.text
    assert 'href="/today/"' in reply.text


def test_who_came_since_the_night_is_not_named_any_more() -> None:
    late = a_late_shop()
    some_findings(TODAY, late)
    Standing.objects.filter(person_id=late[0]).update(slips_on=TODAY + timedelta(days=20))
    Person.objects.filter(pk=late[1]).update(merged_into_id=late[2])
    [band] = slipping_page().bands
    assert [one.person.pk for one in band.named] == late[2:]
    assert band.beside == "and 2 more"


def test_without_a_model_who_slips_is_still_counted_and_named(owner: Client) -> None:
    late = a_late_shop()
    named = [
        {
            "person_id": late[0],
            "silent_days": 110,
            "usual_gap_days": 30.0,
            "at_stake_amount": "480.00",
            "lost_amount": None,
        }
    ]
    band = {"times_from": 3, "times_before": None, "people": 1, "named": named}
    money = {"at_stake_amount": "480.00", "expected_amount": None, "lost_amount": None}
    some_findings(TODAY, slipping={"people": 1, "reason": "no-model", **money, "bands": [band | money]})
    said = words_of(owner, "/groups/slipping/")
    assert (
        "1 person has been silent for longer than is usual for them. At their own pace they would bring €480 in a year."
        in said
    )
    assert "Late Ann €480 every 30 days 110 days" in said
    assert "may be lost" not in said
    assert "1 person is late." in words_of(owner, "/groups/")


def test_who_has_no_name_is_called_by_an_address_or_a_number(owner: Client) -> None:
    late = a_late_shop()
    some_findings(TODAY, late)
    [band] = slipping_page().bands
    assert band.named[0].name == "Late Ann"
    Person.objects.filter(pk=late[0]).update(full_name="", sort_name="")
    assert f"#{late[0]}" in words_of(owner, "/groups/slipping/")
    Phone.objects.create(person_id=late[0], as_typed="0221 1234")
    assert "0221 1234" in words_of(owner, "/groups/slipping/")
    for address, is_primary in (("old@example.org", False), ("ann@example.org", True), ("ann2@example.org", True)):
        Email.objects.create(person_id=late[0], address=address, normalised=address, is_primary=is_primary)
    said = words_of(owner, "/groups/slipping/")
    assert "ann@example.org" in said
    assert "0221 1234" not in said


def test_a_stretch_that_is_no_month_is_named_by_its_days() -> None:
    assert figures.stretch("2026-11-27", "2026-12-26") == "27 Nov \u2013 26 Dec"
    assert figures.stretch("2026-12-01", "2026-12-31") == "Dec 2026"


def test_those_who_have_most_likely_gone_are_counted_but_not_their_money(owner: Client) -> None:
    a_business()
    money = {"at_stake_amount": "900.00", "expected_amount": "300.00", "lost_amount": "600.00"}
    none = {"at_stake_amount": "0.00", "expected_amount": "0.00", "lost_amount": "0.00"}
    bands = [
        {"times_from": 2, "times_before": 3, "people": 3, "counted": 2, **money, "named": []},
        {"times_from": 3, "times_before": None, "people": 9, "counted": 0, **none, "named": []},
    ]
    found = {"people": 12, "counted": 2, "margin_rate": 0.4, "reason": "", **money, "bands": bands}
    some_findings(TODAY, slipping=found)
    said = words_of(owner, "/groups/slipping/")
    assert "2 of them may still be won: at their own pace they would bring €900 in a year" in said
    assert "So €600 may be lost." in said
    assert "fewer than 1 in 10 are still customers are not counted in money" in said
    assert "Most likely gone for good." in said
    assert "what is left to you, 40 % of what is paid" in said
    some_findings(TODAY, slipping=found | {"counted": 0, **none, "bands": bands[1:]})
    assert "They have most likely gone for good." in words_of(owner, "/groups/slipping/")


def test_the_owner_says_what_is_left_to_them_and_may_take_it_back(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    assert 'href="/groups/margin/"' in owner.get("/groups/value/").text
    assert owner.post("/groups/margin/", {"percent": "140"}).status_code == 422
    assert not Terms.objects.exists()
    for _ in range(2):
        assert owner.post("/groups/margin/", {"percent": "40"}).status_code == 303
    assert 'value="40"' in owner.get("/groups/margin/").text
    assert AuditEntry.objects.filter(action="set_margin").count() == 1
    owner.post("/groups/margin/", {"percent": ""})
    assert margin_percent() is None


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("kind", Caution.kinds)
def test_every_warning_that_insight_knows_is_said_in_the_owners_words(kind: str, language: str) -> None:
    with translation.override(language):
        said = [caution(one) for one in _of_kind(kind)]
    with translation.override("en"):
        in_english = [caution(one) for one in _of_kind(kind)]
    assert all(said)
    assert all((theirs == ours) == language.startswith("en") for theirs, ours in zip(said, in_english, strict=True))


def _of_kind(kind: str) -> list[Caution]:
    """Warnings of a kind, both ways where it says yes or no."""
    figures_of = {"int": 3, "float": 0.3, "date": TODAY.isoformat(), "tuple[int, ...]": [11, 12]}
    named = [(one.name, str(one.type)) for one in fields(Caution.kinds[kind])]  # type: ignore[arg-type]
    return [
        Caution.from_dict({"kind": kind} | {name: is_so if of == "bool" else figures_of[of] for name, of in named})
        for is_so in (True, False)
    ]


def test_how_far_off_a_total_may_be_is_said_with_its_days_its_date_and_its_people() -> None:
    words = caution(WideTotal(365, TODAY, 1_234, 0.21, 1.5))
    assert words.startswith(f"In the 365 days after {date_format(TODAY, 'DATE_FORMAT')} all 1,234 people together")
    assert "21\xa0% less often or 150\xa0% more often" in words


def test_months_that_were_never_seen_are_named() -> None:
    assert "(November, December and January)" in caution(UnseenMonths((11, 12, 1)))


def test_warnings_kept_as_sentences_become_kinds_or_wait_for_the_next_night() -> None:
    to_kinds = import_module("regulars.standings.migrations.0011_kinds_of_warnings").to_kinds
    a_business()
    some_findings(TODAY)
    card = Finding.objects.get(name="model")
    odd, known = "In the 365 days after 2026-03-01 all 9 people ...", "There is no churn visible in these data: ..."
    lifetime = {"model": "recalibrated", "warnings": [known], "corrected": {"warnings": [known]}}
    card.data |= {"warnings": [odd, known], "stored": {"lifetime": lifetime, "spend": {"warnings": []}}, "rhythm": None}
    card.save()
    for _ in range(2):
        to_kinds(apps, connection.schema_editor())
    card.refresh_from_db()
    kinds = [NoChurn().to_dict()]
    assert card.data["warnings"] == card.data["stored"]["lifetime"]["corrected"]["warnings"] == kinds


def test_a_total_put_right_by_a_season_says_so_and_not_that_trials_did_it() -> None:
    rows = [{"model": "bg recalibrated", "is_chosen": True, "is_heuristic": False, "rmse": 1.0, "top_decile_rate": 0.5},
            {"model": "hiatus", "is_chosen": False, "is_heuristic": True, "rmse": 1.2, "top_decile_rate": 0.5}]  # fmt: skip
    assert any(
        "is another season" in words and "0.88" in words for words in _why(rows, {"factor": 0.88, "season_rate": -0.12})
    )
    assert not any("season" in words for words in _why(rows, {"factor": 0.88}))


def test_a_rule_that_counts_in_the_seasons_is_told_from_the_one_that_does_not() -> None:
    assert rule("mbg in season") == f"{rule('mbg')}, with the seasons counted in"
    assert rule("mbg in season recalibrated").startswith(rule("mbg in season"))


def test_nobody_late_is_good_news(owner: Client) -> None:
    a_business()
    some_findings(TODAY, slipping={"people": 0, "bands": [], "reason": ""})
    assert "Nobody is later than is usual for them." in words_of(owner, "/groups/slipping/")


def test_the_last_trial_is_told_as_it_came_out_and_rules_of_thumb_stay_visible(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    said = words_of(owner, "/groups/certainty/")
    assert "It said 402 (371 to 433) purchases; 417 came. That was within what it had promised." in said
    assert (
        said.index("evenly kept") < said.index("13 weeks goes on as before") < said.index("everybody goes on as before")
    )
    assert "All together it said 52 % too much." in said
    assert "MBG/CNBD-k" in said
    found = Finding.objects.get(name="model")
    found.data["last"]["happened"] = 700
    found.save()
    assert "That was outside what it had promised." in words_of(owner, "/groups/certainty/")


def test_a_rule_that_nobody_described_is_called_by_its_name() -> None:
    assert rule("mbg-cnbd-3").startswith("Everybody's own pace, evenly kept")
    assert rule("mbg-cnbd recalibrated").endswith("; its totals put right")
    assert rule("something new") == "something new"


def test_a_warning_on_the_card_is_said_in_the_owner_s_words(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    found = Finding.objects.get(name="model")
    found.data |= {
        "last": {},
        "backtest": [],
        "calibration": [],
        "warnings": [{"kind": "no-churn"}],
    }
    found.save()
    said = words_of(owner, "/groups/certainty/")
    assert "Nobody has clearly gone yet, so how long people stay is a guess." in said
    assert "churn" not in said
    assert "It could not be tried on earlier days yet" in said


def test_in_a_small_shop_those_who_came_again_are_counted_and_not_shared(owner: Client) -> None:
    a_shop()
    grade_everyone(TODAY)
    some_findings(
        TODAY,
        retention={
            "cohorts": [],
            "period": "month",
            "buyers": 5,
            "reason": "",
            "repeat": {"value": 1.0, "low": 0.5, "high": 1.0},
        },
    )
    assert "Of 5 people who bought, 5 came a second time." in words_of(owner, "/groups/")


def test_the_choice_is_told_against_the_best_rule_of_thumb_and_never_claims_to_rank_better(owner: Client) -> None:
    a_business()
    some_findings(TODAY)
    said = words_of(owner, "/groups/certainty/")
    assert "It missed a person by 1.21 purchases, the best rule of thumb by 1.51." in said
    assert "does not tell better than a rule of thumb who will come most" in said
    assert "multiplied" not in said
    found = Finding.objects.get(name="model")
    found.data["recalibration"] = {"factor": 0.95}
    found.data["backtest"][0]["model"] = "mbg-cnbd recalibrated"
    found.save()
    assert "what it says is multiplied by 0.95" in words_of(owner, "/groups/certainty/")


@pytest.mark.parametrize("name", PAGES)
def test_before_anything_was_found_each_page_says_when_it_will_be(owner: Client, name: str) -> None:
    a_business()
    said = words_of(owner, f"/groups/{name}/")
    assert "Too early to say" in said
    assert "worked out every night" in said
    assert 'class="chart"' not in owner.get(f"/groups/{name}/").text


@pytest.mark.parametrize("name", PAGES)
def test_with_five_people_each_page_says_how_many_it_takes_and_how_many_there_are(owner: Client, name: str) -> None:
    a_business()
    few: dict[str, Any] = {"reason": "too-few-repeats", "needed": 20, "have": 3}
    names = ("retention", "second", "survival", "value", "forecast", "slipping", "model")
    some_findings(TODAY, None, **dict.fromkeys(names, few))
    said = words_of(owner, f"/groups/{name}/")
    assert "It takes about 20 people who bought on two days or more; there are 3." in said
    assert 'class="chart"' not in owner.get(f"/groups/{name}/").text


def test_a_shop_of_nine_says_that_it_takes_ten_and_not_three_of_whom_it_has_more(owner: Client) -> None:
    a_business()
    for number in range(9):
        visits(somebody(f"Person {number}"), [200 + number, 100 + number, number])
    grade_everyone(TODAY)
    said = words_of(owner, "/groups/certainty/")
    assert "It takes 10 people who bought; there are 9." in said
    assert "two days or more" not in said


def test_without_a_model_each_of_the_late_is_named_with_what_their_own_pace_brings(owner: Client) -> None:
    a_business()
    for name, paid in (("Bo", "40.00"), ("Ann", "10.00")):
        visits(somebody(f"Late {name}"), [400, 370, 340, 310], paid)
    grade_everyone(TODAY)
    band = next(band for band in Finding.objects.get(name="slipping").data["bands"] if band["people"])
    assert [one["lost_amount"] for one in band["named"]] == [None, None], "nothing is known of what will be lost"
    page = slipping_page()
    assert [one.at_stake for one in page.bands[0].named] == ["€487", "€122"]
    assert "€608 a year at their own pace." in words_of(owner, "/groups/slipping/")


def test_who_is_only_remembered_slips_on_the_page_as_they_do_at_a_glance(owner: Client) -> None:
    a_business()
    for name, silent in (("Late", 90), ("Later", 200), *((f"Here {number}", 3) for number in range(10))):
        remember(
            somebody(name), last_seen_on=TODAY - timedelta(days=silent), usual_gap_days=14, usual_amount=Decimal(20)
        )
    grade_everyone(TODAY)
    assert Standing.objects.slipped(TODAY).count() == 2
    said = words_of(owner, "/groups/slipping/")
    assert "2 people have been silent for longer than is usual for them." in said
    assert "Later every 14 days 200 days" in said
    assert "€0" not in said
    assert "2 people are late." in words_of(owner, "/groups/")


def test_a_curve_ends_where_only_two_are_left_to_tell_from() -> None:
    a_business()
    for number, days in enumerate(([300, 270], [300, 240], [300, 210], [300, 100], [300])):
        visits(somebody(f"Person {number}"), days)
    grade_everyone(TODAY)
    curve = Finding.objects.get(name="second").data["curve"]
    assert curve[-1]["waiting"] >= 3
    assert curve[-1]["share"] < 1


def test_before_anybody_can_be_gone_no_interval_pretends_to_have_been_estimated(owner: Client) -> None:
    a_shop()
    grade_everyone(TODAY)
    page = owner.get("/groups/retention/").text
    assert "100\u00a0%" in html.unescape(page)
    assert "(100\u00a0% to 100\u00a0%)" not in html.unescape(page)


def test_the_time_by_which_half_came_again_is_never_rounded_below_it() -> None:
    assert [figures.within(days) for days in (1, 96.4, 123, 150)] == ["1 day", "97 days", "5 months", "5 months"]


def test_a_small_shop_has_one_entry_with_ways_onward_and_a_larger_one_tabs(owner: Client) -> None:
    a_shop()
    grade_everyone(TODAY)
    some_findings(TODAY)
    page = owner.get("/groups/").text
    assert 'class="tabs"' not in page
    assert 'class="tabs"' not in owner.get("/groups/value/").text
    for name in PAGES:
        assert f'href="/groups/{name}/"' in page
    assert "hold dear" in page
    Grading.objects.update(people=4000)
    assert 'class="tabs"' in owner.get("/groups/").text
    assert 'class="tabs"' in owner.get("/groups/value/").text


def test_a_larger_shop_sees_its_groups_on_a_map_with_money_and_what_to_do(owner: Client) -> None:
    a_shop()
    grade_everyone(TODAY)
    Grading.objects.update(people=4000)
    page = owner.get("/groups/").text
    champions = Grading.objects.get().groups["champions"]
    assert f'<th scope="row">Champions</th><td class="end">{champions}</td>' in page
    assert "seldom and little" in page
    assert "of everything." in page
    assert page.count('class="place"') == 50


def test_a_way_that_has_nothing_to_show_stands_apart(owner: Client) -> None:
    a_shop()
    grade_everyone(TODAY)
    some_findings(TODAY, model={"reason": "no-model", "needed": 12, "have": 2})
    page = words_of(owner, "/groups/")
    assert "With more sales there will be more to see: How sure are we?" in page


@pytest.mark.parametrize(
    ("page", "queries"),
    [(groups_page, 2), (retention_page, 1), (value_page, 1), (slipping_page, 3), (certainty_page, 1)],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_each_page_reads_the_same_few_rows_for_any_number_of_people(
    page: Callable[[], object], queries: int, django_assert_num_queries: Any
) -> None:
    a_business()
    late = [somebody(f"Late {name}") for name in ("Ann", "Bo", "Cy")]
    for person in late:
        visits(person, [400, 370, 340, 310])
    refresh_facts([person.pk for person in late])
    Grading.objects.create(as_of=TODAY, graded_at=clock.now(), people=4000, buyers=3000, groups={"champions": 900})
    some_findings(TODAY, [person.pk for person in late])
    page()
    with django_assert_num_queries(queries):
        page()


def test_only_who_may_see_standings_sees_the_pages_and_a_stranger_signs_in() -> None:
    a_business()
    for name in PAGES:
        assert Client().get(f"/groups/{name}/").status_code == 302


@pytest.mark.parametrize(
    ("share", "words"), [(0.62, "6 in 10"), (0.01, "fewer than 1 in 10"), (0.98, "nearly 10 in 10"), (1.0, "10 in 10")]
)
def test_a_share_is_said_as_people_say_it(share: float, words: str) -> None:
    assert figures.tenths(share) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 day"), (45, "45 days"), (91, "3 months"), (365, "1 year"), (548, "18 months"), (730, "2 years")],
)
def test_a_length_of_time_is_said_in_the_unit_people_use(days: int, words: str) -> None:
    assert figures.span(days) == words
