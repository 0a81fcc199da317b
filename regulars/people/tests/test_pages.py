import re
from datetime import date

import pytest

from regulars.kit.errors import Refusal
from regulars.people.models import BulkAct, Person
from regulars.people.partial_dates import PartialDate
from regulars.people.services import (
    add_occasion,
    change_person,
    merge,
    put_back_removed,
    quiet_until,
    remind,
    remove_occasion,
    silence,
)
from regulars.people.tests.builders import a_person
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client):
    """A browser where the owner is signed in."""
    client.force_login(an_owner())
    return client


def filled(page: str, person: Person, desk) -> dict[str, object]:
    """Return what the form of a page would post back unchanged."""
    form = desk.get(page).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) is not None}


def test_the_list_shows_names_and_finds_by_what_is_typed(desk):
    a_person("Joan Delacroix", phone="+44 171 555 0188")
    a_person("Ann Baker")
    page = desk.get("/people/")
    assert "Joan Delacroix" in page.text
    assert "Ann Baker" in page.text
    part = desk.get("/people/?q=delac", headers=HTMX)
    assert "Joan Delacroix" in part.text
    assert "Ann Baker" not in part.text
    assert "<html" not in part.text
    assert desk.get("/people/?q=delac&tag=&sort=", headers=HTMX)["HX-Push-Url"] == "/people/?q=delac"


def test_a_guess_is_called_one_and_nobody_found_offers_to_add(desk):
    a_person("Joan Delacroix")
    assert "almost like it" in desk.get("/people/?q=delacriox").text
    nobody = desk.get("/people/?q=zebedee")
    assert "Nobody found for “zebedee”" in nobody.text
    assert "/people/new/?name=zebedee" in nobody.text


def test_an_empty_book_says_how_to_begin(desk):
    page = desk.get("/people/").text
    assert "The people who buy from you" in page
    assert "/people/new/" in page


def test_a_filter_is_shown_and_can_be_taken_away(desk):
    a_person("Ann", tags=("silver",))
    a_person("Bo")
    page = desk.get("/people/?tag=silver")
    assert [person.full_name for person in page.context["people"]] == ["Ann"]
    assert 'aria-current="true" href="/people/"' in page.text


def test_the_list_turns_its_pages_and_needs_the_same_queries_for_many(desk, django_assert_max_num_queries):
    for number in range(45):
        a_person(f"Ann {number:02}", tags=("silver",))
    first = desk.get("/people/")
    with django_assert_max_num_queries(24):
        second = desk.get(first.context["next_url"])
    assert [person.full_name for person in second.context["people"]][:1] == ["Ann 20"]
    assert desk.get(second.context["previous_url"]).context["people"] == first.context["people"]


def test_a_list_by_tag_needs_the_same_queries_for_two_people_as_for_forty(desk, django_assert_max_num_queries):
    needed = []
    for people in (range(2), range(2, 40)):
        for number in people:
            a_person(f"Ann {number:02}", tags=("silver", f"street {number}"))
        desk.get("/people/?tag=silver")
        with django_assert_max_num_queries(24) as asked_for:
            page = desk.get("/people/?tag=silver")
        needed.append(len(asked_for))
    assert len(page.context["people"]) == 20
    assert needed[0] == needed[1]


def test_what_a_list_offers_to_choose_from_is_asked_for_once(desk, django_assert_max_num_queries):
    a_person("Ann", tags=("silver",))
    desk.get("/people/?tag=silver")
    with django_assert_max_num_queries(20) as asked_for:
        desk.get("/people/?tag=silver")
    tags = [query for query in asked_for.captured_queries if re.search(r'FROM "people_tag".* LIMIT 200', query["sql"])]
    assert len(tags) == 1


def test_names_are_shown_as_text_and_never_as_markup(desk):
    ann = a_person("<script>alert(1)</script>", note="<b>bold</b>")
    for page in ("/people/", f"/people/{ann.pk}/"):
        text = desk.get(page).text
        assert "<script>alert(1)" not in text
        assert "<b>bold</b>" not in text


def test_somebody_is_added_with_a_name_and_one_way_to_reach_them(desk):
    reply = desk.post("/people/new/", {"full_name": "Ann Baker", "reach": "ann@example.org", "note": "Came with Eva"})
    ann = Person.objects.get()
    assert (reply.status_code, reply["Location"]) == (303, f"/people/{ann.pk}/")
    assert ann.emails.get().normalised == "ann@example.org"
    assert ann.notes.get().by == ann.added_by


def test_somebody_who_seems_to_be_here_is_shown_first_and_added_only_on_a_second_word(desk):
    ann = a_person("Ann Baker", email="us@example.org")
    said = {"full_name": "Ben Baker", "reach": "us@example.org"}
    asked = desk.post("/people/new/", said, headers=HTMX)
    assert asked.status_code == 422
    assert f"/people/{ann.pk}/" in asked.text
    assert Person.objects.count() == 1
    desk.post("/people/new/", said | {"is_somebody_new": "yes"})
    assert Person.objects.count() == 2


@pytest.mark.parametrize(("reach", "words"), [("ann@", "e-mail address"), ("ask Maya", "phone number")])
def test_what_cannot_reach_anybody_is_refused_with_a_sentence(desk, reach, words):
    reply = desk.post("/people/new/", {"full_name": "Ann", "reach": reach})
    assert reply.status_code == 422
    assert words in reply.text
    assert not Person.objects.exists()


def test_a_change_is_kept(desk):
    ann = a_person("Ann Baker", email="a@example.org")
    sender = a_person("Eva Lind")
    page = f"/people/{ann.pk}/edit/"
    said = filled(page, ann, desk) | {
        "full_name": "Ann Keller", "phones": "+44 171 555 0188\n+44 171 555 0189", "likes": "blue\nsilver",
        "tags": "vip, Silver", "lines": "1 High Street", "city": "York", "referred_by_text": "eva lind",
        "say": "Ask about the ring.",
    }  # fmt: skip
    assert desk.post(page, said).status_code == 303
    ann.refresh_from_db()
    assert (ann.full_name, ann.referred_by_id) == ("Ann Keller", sender.pk)
    assert ann.phones.count() == 2
    assert sorted(ann.tags.values_list("tag__name", flat=True)) == ["Silver", "vip"]
    assert ann.addresses.get().city == "York"
    shown = desk.get(f"/people/{ann.pk}/").text
    assert "Ask about the ring." in shown
    assert "Eva Lind" in shown
    assert desk.post(page, filled(page, ann, desk)).status_code == 303


def test_a_change_over_a_newer_one_shows_what_differs_and_a_second_save_keeps_mine(desk):
    ann = a_person("Ann Baker")
    page = f"/people/{ann.pk}/edit/"
    said = filled(page, ann, desk) | {"needs": "Gifts"}
    change_person(ann, changes={"needs": "Repairs"}, by=None)
    told = desk.post(page, said, headers=HTMX)
    assert told.status_code == 422
    assert "Someone changed this meanwhile" in told.text
    assert "Repairs" in told.text
    assert "Gifts" in told.text
    again = said | {"version": told.context["form"]["version"].value()}
    assert desk.post(page, again).status_code == 303
    assert Person.objects.get(pk=ann.pk).needs == "Gifts"


def test_the_page_of_a_person_shows_what_is_known_and_what_is_coming(desk, frozen_clock, django_assert_max_num_queries):
    ann = a_person("Ann Baker", phone="+44 171 555 0188", note="Likes silver")
    remind(ann, "Ring ready", date(2026, 3, 6), "promise")
    silence(ann, "complaint", "The clasp broke", "people")
    desk.get(f"/people/{ann.pk}/")  # the frame remembers its counts for a few seconds
    with django_assert_max_num_queries(45):
        page = desk.get(f"/people/{ann.pk}/").text
    for words in (
        "Ann Baker",
        'href="tel:+441715550188"',
        "Ring ready",
        "promised for",
        "Likes silver",
        "The clasp broke",
        "May we?",
    ):
        assert words in page


def test_a_record_that_was_merged_leads_to_the_one_that_was_kept(desk):
    ann, bo = a_person("Ann"), a_person("Bo")
    merge(ann, bo)
    assert desk.get(f"/people/{bo.pk}/edit/").context["person"] == ann
    desk.post(f"/people/{bo.pk}/notes/", {"text": "hello"})
    assert ann.notes.count() == 1


def test_a_note_is_added_in_place_and_taken_out_again(desk):
    ann = a_person("Ann")
    part = desk.post(f"/people/{ann.pk}/notes/", {"text": "Daughter marries"}, headers=HTMX)
    assert 'id="panel-timeline"' in part.text
    assert "Daughter marries" in part.text
    assert desk.post(f"/people/{ann.pk}/notes/", {"text": " "}, headers=HTMX).status_code == 422
    gone = desk.post(f"/people/{ann.pk}/notes/{ann.notes.get().pk}/removal/")
    assert gone.status_code == 303
    assert not ann.notes.exists()


def test_a_promise_is_written_down_done_and_put_off(desk, frozen_clock):
    ann = a_person("Ann")
    base = f"/people/{ann.pk}/reminders/"
    said = {"what": "Ring ready", "due_on": "2026-03-06", "kind": "promise"}
    assert "Ring ready" in desk.post(base, said, headers=HTMX).text
    late = desk.post(base, said | {"due_on": "2026-03-01"}, headers=HTMX)
    assert (late.status_code, "already passed" in late.text) == (422, True)
    reminder = ann.reminders.get()
    assert desk.post(f"{base}{reminder.pk}/snooze/", {"until": "2026-03-09"}, headers=HTMX).status_code == 200
    assert desk.post(f"{base}{reminder.pk}/snooze/", {"until": "2026-03-01"}, headers=HTMX).status_code == 422
    assert desk.post(f"{base}{reminder.pk}/done/").status_code == 303
    reminder.refresh_from_db()
    assert (reminder.show_on, reminder.done_at is not None) == (date(2026, 3, 9), True)


def test_a_birthday_without_a_year_shows_no_age(desk, frozen_clock):
    ann = a_person("Ann")
    part = desk.post(f"/people/{ann.pk}/occasions/", {"kind": "birthday", "date": "15 May"}, headers=HTMX).text
    assert "Birthday" in part
    assert "turning" not in part
    part = desk.post(f"/people/{ann.pk}/occasions/", {"kind": "birthday", "date": "15 May 1980"}, headers=HTMX).text
    assert "turning 46" in part
    refused = desk.post(f"/people/{ann.pk}/occasions/", {"kind": "birthday", "date": "soon"}, headers=HTMX)
    assert (refused.status_code, "15 May" in refused.text) == (422, True)


def test_consent_is_written_down_with_how_it_is_known(desk, frozen_clock):
    ann = a_person("Ann")
    said = {
        "channel": "email",
        "purpose": "marketing",
        "answer": "yes",
        "wording": "at the counter",
        "said_on": "2026-03-04",
    }
    part = desk.post(f"/people/{ann.pk}/consents/", said, headers=HTMX)
    assert "yes, news too" in part.text
    part = desk.post(f"/people/{ann.pk}/consents/", said | {"answer": "no"}, headers=HTMX)
    assert "thanks only" in part.text
    assert ann.consents.count() == 2
    assert desk.post(f"/people/{ann.pk}/consents/", said | {"wording": ""}, headers=HTMX).status_code == 422


def test_quiet_in_the_past_is_refused_and_nothing_changes(desk):
    ann = a_person("Ann")
    reply = desk.post(f"/people/{ann.pk}/quiet/", {"until": "2020-01-01"}, headers=HTMX)
    assert reply.status_code == 422
    assert "already passed" in reply.text
    ann.refresh_from_db()
    assert ann.quiet_until is None


def test_quiet_and_silence_begin_and_end_also_without_script(desk, frozen_clock):
    ann = a_person("Ann")
    assert desk.post(f"/people/{ann.pk}/quiet/", {"until": "2026-04-01"}).status_code == 303
    assert desk.post(f"/people/{ann.pk}/quiet/end/").status_code == 303
    assert desk.post(f"/people/{ann.pk}/silences/", {"kind": "bereavement", "why": "mother"}).status_code == 303
    assert desk.post(f"/people/{ann.pk}/silences/{ann.silences.get().pk}/end/").status_code == 303
    refused = desk.post(f"/people/{ann.pk}/quiet/", {"until": ""})
    assert refused.status_code == 422
    assert "<html" in refused.text


def test_what_belongs_to_another_is_not_reached_through_somebody(desk, frozen_clock):
    ann, bo = a_person("Ann", note="x"), a_person("Bo")
    assert desk.post(f"/people/{bo.pk}/notes/{ann.notes.get().pk}/removal/").status_code == 404
    assert desk.get("/people/999999/edit/").status_code == 404
    assert ann.notes.exists()


def test_many_are_tagged_and_it_can_be_taken_back(desk):
    ann, bo = a_person("Ann", tags=("silver",)), a_person("Bo")
    desk.post("/people/tags/", {"tag": "Silver", "people": [ann.pk, bo.pk]})
    page = desk.get("/people/").text
    assert "1 person is now tagged" in page
    desk.post(f"/people/acts/{BulkAct.objects.get().pk}/undo/")
    assert (ann.tags.count(), bo.tags.count()) == (1, 0)


def test_earlier_happenings_are_fetched_by_their_moment(desk):
    ann = a_person("Ann")
    for number in range(25):
        desk.post(f"/people/{ann.pk}/notes/", {"text": f"note {number}"})
    page = desk.get(f"/people/{ann.pk}/").text
    assert "note 24" in page
    assert "note 3 <" not in page
    oldest = ann.notes.order_by("-at", "-pk")[19]
    more = desk.get(f"/people/{ann.pk}/timeline/", {"before": oldest.at.isoformat()}, headers=HTMX).text
    assert "note 3 <" in more
    assert "<html" not in more


def test_people_are_offered_to_pick_from(desk):
    a_person("Joan Delacroix")
    picks = desk.get("/people/search/?q=del&name=sender").text
    assert 'name="sender"' in picks
    assert "Joan Delacroix" in picks


def test_everything_is_given_out_and_erased_by_post_only(desk):
    ann = a_person("Ann Baker")
    assert desk.get(f"/people/{ann.pk}/export/").status_code == 405
    given = desk.post(f"/people/{ann.pk}/export/")
    assert given.json()["people"]["full_name"] == "Ann Baker"
    page = desk.post(f"/people/{ann.pk}/export/", {"as": "html"})
    assert page["Content-Disposition"] == 'attachment; filename="ann-baker.html"'
    assert "holds on Ann Baker" in page.text
    assert desk.post(f"/people/{ann.pk}/erasure/").status_code == 303
    assert desk.get(f"/people/{ann.pk}/").status_code == 404


def test_who_may_only_look_sees_no_buttons_and_is_refused(client):
    client.force_login(a_user(Role.READ_ONLY))
    ann = a_person("Ann Baker")
    page = client.get(f"/people/{ann.pk}/").text
    assert "/edit/" not in page
    assert "Note it" not in page
    assert client.post(f"/people/{ann.pk}/notes/", {"text": "x"}).status_code == 403
    assert client.get("/people/new/").status_code == 403
    assert client.post("/people/tags/", {}).status_code == 403


def test_a_person_left_alone_is_marked_in_the_list(desk, frozen_clock):
    quiet_until(a_person("Ann"), date(2026, 4, 1))
    assert "wants quiet" in desk.get("/people/").text


def test_the_page_before_an_erasure_says_what_goes_and_changes_nothing(desk):
    ann = a_person("Ann Baker", note="likes blue")
    page = desk.get(f"/people/{ann.pk}/erasure/")
    assert "Forget Ann Baker?" in page.text
    assert "Notes" in page.text
    ann.refresh_from_db()
    assert ann.is_here
    assert desk.post(f"/people/{ann.pk}/erasure/").status_code == 303
    ann.refresh_from_db()
    assert ann.erased_at
    assert desk.get(f"/people/{ann.pk}/erasure/").status_code == 404


def test_two_who_change_different_fields_lose_nothing_and_are_not_asked(desk):
    ann = a_person("Ann Baker", phone="+44 171 555 0188", tags=("silver",))
    page = f"/people/{ann.pk}/edit/"
    mine = filled(page, ann, desk)
    theirs = mine | {
        "say": "Ask about the ring.",
        "phones": "+44 171 555 0188\n+44 20 7946 0018",
        "tags": "silver, vip",
    }
    assert desk.post(page, theirs).status_code == 303
    mine |= {"needs": "Gifts", "phones": "+44 171 555 0188\n+44 161 496 0990", "tags": "silver, blue"}
    assert desk.post(page, mine).status_code == 303
    ann.refresh_from_db()
    assert (ann.say, ann.needs) == ("Ask about the ring.", "Gifts")
    assert ann.phones.count() == 3
    assert sorted(ann.tags.values_list("tag__name", flat=True)) == ["blue", "silver", "vip"]


def test_a_field_that_both_changed_names_who_did_and_asks(desk):
    ann = a_person("Ann Baker")
    page = f"/people/{ann.pk}/edit/"
    mine = filled(page, ann, desk)
    desk.post(page, mine | {"best_time": "mornings"})
    told = desk.post(page, mine | {"best_time": "evenings", "needs": "Gifts"})
    assert told.status_code == 422
    assert "changed it" in told.text
    assert "mornings" in told.text
    assert "evenings" in told.text
    assert Person.objects.get(pk=ann.pk).needs == ""
    form = told.context["form"]
    again = {name: value for name in form.fields if (value := form[name].value()) is not None}
    assert desk.post(page, again | {"keep-best_time": "theirs"}).status_code == 303
    ann.refresh_from_db()
    assert (ann.best_time, ann.needs) == ("mornings", "Gifts")


def test_who_was_erased_meanwhile_leaves_the_words_to_copy(desk):
    ann = a_person("Ann Baker")
    page = f"/people/{ann.pk}/edit/"
    said = filled(page, ann, desk) | {"needs": "A long note <b>about</b> her wishes"}
    desk.post(f"/people/{ann.pk}/erasure/")
    for address, typed in ((page, said), (f"/people/{ann.pk}/notes/", {"text": "A long note <b>about</b> her wishes"})):
        gone = desk.post(address, typed)
        assert gone.status_code == 404
        assert "A long note &lt;b&gt;about&lt;/b&gt; her wishes" in gone.text


def test_a_note_and_a_day_taken_out_are_put_back_as_they_were(desk):
    ann = a_person("Ann Baker", note="Likes silver")
    note = ann.notes.get()
    day = add_occasion(ann, "birthday", PartialDate(5, 3, 1980))
    for row, part, panel in ((note, "notes", "timeline"), (day, "occasions", "upcoming")):
        before = type(row).objects.values().get(pk=row.pk)
        told = desk.post(f"/people/{ann.pk}/{part}/{row.pk}/removal/", headers=HTMX).text
        assert "Put it back" in told
        assert not type(row).objects.exists()
        [address] = re.findall(rf"/people/{ann.pk}/removals/\d+/undo/", told)[:1]
        assert "Put it back" in desk.get(f"/people/{ann.pk}/").text
        assert "Put it back" not in desk.post(address, {panel: "yes"}, headers=HTMX).text
        assert type(row).objects.values().get(pk=row.pk) == before
        assert desk.post(address, {panel: "yes"}).status_code == 303, "a second time changes nothing"
        assert type(row).objects.count() == 1


def test_a_day_written_anew_meanwhile_is_not_doubled(desk):
    ann = a_person("Ann Baker")
    removal = remove_occasion(add_occasion(ann, "birthday", PartialDate(5, 3)))
    assert removal is not None
    add_occasion(ann, "birthday", PartialDate(6, 3))
    with pytest.raises(Refusal, match="meanwhile"):
        put_back_removed(ann, removal.pk)
    assert ann.occasions.get().month == 6
