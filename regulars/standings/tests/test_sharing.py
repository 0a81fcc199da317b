from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from regulars import insight
from regulars.insight.wallet import ANSWER_DAYS, ANSWER_STEP
from regulars.kit.errors import Refusal
from regulars.people import records
from regulars.people.models import Person
from regulars.purchases.tests.builders import a_business
from regulars.staff.roles import Role
from regulars.standings.models import Finding, ToldShare, shares
from regulars.standings.room import room_of
from regulars.standings.services import grade_everyone, take_back_share, tell_share
from regulars.standings.tests.builders import TODAY, a_shop, expected_year, somebody, visits
from regulars.standings.tests.test_pages import HTMX, _signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.mark.parametrize(
    ("percent", "word"),
    [(95, "has us already"), (75, "has us already"), (50, ""), (25, "room to grow"), (0, "room to grow")],
)
def test_an_answer_says_whether_there_is_room_as_insight_does(percent: int, word: str) -> None:
    a_business()
    ann = somebody()
    visits(ann, [10])
    tell_share(ann, percent=percent)
    room = room_of(ann.pk, TODAY)
    assert room is not None
    said = pl.DataFrame({"customer": [1], "told_on": [TODAY], "told_share": [percent / 100]})
    facts = pl.DataFrame({"customer": [1], "monetary": [40.0]})
    found = insight.with_room(facts, insight.wallet(facts, said, TODAY)).row(0, named=True)
    assert (room.word or None) == found["room"] == (word or None)
    assert (room.low, room.high) == pytest.approx((found["share_low"], found["share_high"]))
    assert f"about {percent} %" in room.sentence


def test_an_answer_lapses_after_a_year() -> None:
    a_business()
    ann = somebody()
    tell_share(ann, percent=75)
    assert room_of(ann.pk, TODAY + timedelta(days=364)) is not None
    assert room_of(ann.pk, TODAY + timedelta(days=365)) is None
    assert (shares.ANSWER_DAYS, shares.WITHIN_PERCENT / 100) == (ANSWER_DAYS, ANSWER_STEP / 2)


def test_without_an_answer_a_share_is_estimated_among_those_who_bought_as_insight_does() -> None:
    ids = a_shop(120, 500)
    grade_everyone(TODAY)
    year = expected_year(TODAY)
    found = {row["customer"]: row for row in insight.wallet(year, None, TODAY).iter_rows(named=True)}
    assert Finding.objects.get(name="peers").n == sum(row["spend"] > 0 for row in found.values()) >= 40
    words = set()
    for person_id in ids:
        room, theirs = room_of(person_id, TODAY), found.get(person_id, {"share": None})
        assert (room is None) == (theirs["share"] is None)
        if room is not None:
            assert (room.share, room.low, room.high) == pytest.approx(
                (theirs["share"], theirs["low"], theirs["high"]), abs=1e-4
            )
            assert room.sentence.startswith("Estimated, not asked")
            words.add(room.word)
    assert {"room to grow", "has us already"} <= words


def test_with_few_buyers_nothing_is_estimated() -> None:
    ids = a_shop(30, 100)
    grade_everyone(TODAY)
    assert Finding.objects.get(name="peers").data["top"] is None
    assert {room_of(person_id, TODAY) for person_id in ids} == {None}


def test_what_cannot_be_is_refused() -> None:
    a_business()
    with pytest.raises(Refusal, match="between nothing and all"):
        tell_share(somebody(), percent=101)
    bucket = somebody("The till")
    Person.objects.filter(pk=bucket.pk).update(is_bucket=True)
    bucket.refresh_from_db()
    with pytest.raises(Refusal, match="Only a person"):
        tell_share(bucket, percent=50)
    assert not ToldShare.objects.exists()


def test_the_one_question_is_asked_on_the_page_of_a_person_in_a_larger_shop_only() -> None:
    a_shop(210, 420)
    ann = somebody()
    visits(ann, [400, 40, 10])
    grade_everyone(TODAY)
    client = _signed_in()
    page, address = f"/people/{ann.pk}/", f"/groups/shares/{ann.pk}/"
    assert address in client.get(page).text
    assert "about what share" in client.get(address).text.lower()
    assert client.post(address, {"percent": "3"}, headers=HTMX).status_code == 422
    assert not ToldShare.objects.exists()
    assert client.post(address, {"percent": "25"}).status_code == 303
    assert ToldShare.objects.get(pk=ann.pk).percent == 25
    shown = client.get(page).text
    assert "room to grow" in shown
    assert "about 25 % of what they spend" in shown
    assert _signed_in(Role.READ_ONLY).post(address, {"percent": "75"}).status_code == 403
    assert client.get(f"{address}removals/").status_code == 405
    assert client.post(f"{address}removals/").status_code == 303
    assert not ToldShare.objects.exists()


def test_a_small_shop_is_not_asked() -> None:
    a_shop(40, 120)
    ann = somebody()
    visits(ann, [400, 40, 10])
    grade_everyone(TODAY)
    tell_share(ann, percent=25)
    shown = _signed_in().get(f"/people/{ann.pk}/").text
    assert "/groups/shares/" not in shown
    assert "room to grow" not in shown


def test_an_answer_is_exported_goes_along_when_two_are_one_and_leaves_with_its_person() -> None:
    a_business()
    keep, other = somebody("Ann"), somebody("Anne")
    tell_share(other, percent=75)
    ours = records.room("standings")
    assert ours.export(other.pk)["told_share"]["percent"] == 75
    moved = ours.merge(keep.pk, other.pk)
    assert ToldShare.objects.get().person_id == keep.pk
    ours.unmerge(moved)
    assert ToldShare.objects.get().person_id == other.pk
    tell_share(keep, percent=25)
    moved = ours.merge(keep.pk, other.pk)
    assert [(told.person_id, told.percent) for told in ToldShare.objects.all()] == [(keep.pk, 25)]
    ours.unmerge(moved)
    assert dict(ToldShare.objects.values_list("person_id", "percent")) == {keep.pk: 25, other.pk: 75}
    ours.erase(other.pk)
    take_back_share(Person.objects.get(pk=keep.pk))
    assert not ToldShare.objects.exists()
