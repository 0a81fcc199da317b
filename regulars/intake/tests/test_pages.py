"""The pages: drop a file, look, agree, watch, compare, correct, undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from regulars.intake.models import ImportRun, Mapping, Question
from regulars.intake.services import execute, pasting, preview, said_again, undoing, visits_noted
from regulars.intake.services.running import folder_of
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.kit import clock
from regulars.kit.jobs import run_job
from regulars.kit.models import Job, Notice
from regulars.people.models import Consent, Note, Person, Preference
from regulars.people.partial_dates import PartialDate
from regulars.purchases.models import Order
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db

SALES = """\
Order,Date,Customer e-mail,Name,Total
A1,03/04/2026,ann@lindenblatt.example,Ann Abel,20.00
A2,04/04/2026,bo@lindenblatt.example,Bo Berg,nothing
"""


@pytest.fixture
def owner(client: Client) -> Client:
    a_business()
    client.force_login(an_owner())
    return client


def sent(client: Client, text: str | bytes, name: str = "sales.csv") -> ImportRun:
    content = text if isinstance(text, bytes) else text.encode()
    reply = client.post("/intake/", {"file": SimpleUploadedFile(name, content)})
    assert reply.status_code == 303, reply.content[:500]
    return ImportRun.objects.latest("pk")


def shown(client: Client, run: ImportRun) -> str:
    return client.get(f"/intake/runs/{run.pk}/").content.decode()


def as_shown(run: ImportRun, **changed: str) -> dict[str, str]:
    """What the form of the preview would send."""
    look = preview(run)
    columns = {f"column:{column.name}": column.field for column in look.columns}
    answers = {f"answer:{asked.kind}": asked.usual for asked in (*look.asked, *look.settled) if asked.usual}
    return {"format": look.guess.format.slug, **columns, **answers, **changed}


def agree(client: Client, run: ImportRun, **changed: str) -> Any:
    return client.post(f"/intake/runs/{run.pk}/agreements/", {**as_shown(run), "do": "take-in", **changed})


def test_a_dropped_file_is_shown_as_it_would_stand_and_nothing_is_taken_in(owner: Client) -> None:
    run = sent(owner, SALES)
    page = shown(owner, run)
    assert "Ann Abel" in page
    assert 'datetime="2026-04-03"' in page
    assert "day or the month" in page
    assert "Row 3" in page
    assert not Order.objects.exists()
    assert not Person.objects.exists()


def test_a_web_page_called_xls_is_shown_and_taken_in_like_any_other_list(owner: Client) -> None:
    cells = "<tr><td>A1<td>03.05.2026<td>ann@lindenblatt.example<td>Ann Abel<td>1.020,50 €"
    page = f"<html><table><tr><th>Order<th>Date<th>Email<th>Name<th>Total{cells}</table></html>"
    run = sent(owner, page, "orders.xls")
    assert "a table of a web page" in shown(owner, run)
    agree(owner, run)
    execute(run)
    run.refresh_from_db()
    assert (run.orders_new, f"{run.net_amount:.2f}") == (1, "1020.50")
    assert Person.objects.filter(full_name="Ann Abel").exists()


def test_what_was_agreed_holds_for_the_same_columns_in_other_letters(owner: Client) -> None:
    agree(owner, sent(owner, "name,email\nAnn Abel,ann@lindenblatt.example\n"))
    run = sent(owner, "Name,E-Mail\nBo Berg,bo@lindenblatt.example\n", "other.csv")
    page = shown(owner, run)
    assert "Read as you agreed the last time." in page
    assert "Bo Berg" in page
    agree(owner, run)
    execute(run)
    assert Person.objects.filter(full_name="Bo Berg").exists()


def test_a_question_about_the_letters_left_as_it_is_asks_for_no_second_press(owner: Client) -> None:
    run = sent(owner, "Name,E-Mail\nJörg Öst,jo@lindenblatt.example\n".encode("cp1252"))
    assert "look right?" in shown(owner, run)
    agree(owner, run)
    run.refresh_from_db()
    assert run.state == ImportRun.State.QUEUED
    other = sent(owner, "Name,Mail\nŁucja,lu@lindenblatt.example\n".encode("cp1250"))
    agree(owner, other, **{"answer:encoding": "cp1250"})
    other.refresh_from_db()
    assert other.state == ImportRun.State.WAITING, "other letters are looked at first"
    assert "Łucja" in shown(owner, other)


def test_letters_agreed_for_one_file_are_not_forced_on_the_next_that_says_its_own(owner: Client) -> None:
    agree(owner, sent(owner, "Name,E-Mail\nJörg Öst,jo@lindenblatt.example\n".encode("cp1252")))
    run = sent(owner, "Name,E-Mail\nÄnne Łucja,aenne@lindenblatt.example\n", "other.csv")
    assert "Änne Łucja" in shown(owner, run)
    agree(owner, run)
    execute(run)
    assert Person.objects.filter(full_name="Änne Łucja").exists()


def test_letters_agreed_for_one_file_hold_for_the_next_that_does_not_say(owner: Client) -> None:
    first = sent(owner, "Name,E-Mail\nŁucja,lu@lindenblatt.example\n".encode("cp1250"))
    agree(owner, first, **{"answer:encoding": "cp1250"})
    first.refresh_from_db()
    agree(owner, first)
    run = sent(owner, "Name,E-Mail\nŻaneta,za@lindenblatt.example\n".encode("cp1250"), "other.csv")
    assert "Żaneta" in shown(owner, run)
    agree(owner, run)
    run.refresh_from_db()
    execute(run)
    assert Person.objects.filter(full_name="Żaneta").exists()


def test_from_the_drop_to_the_figures(owner: Client) -> None:
    run = sent(owner, SALES)
    assert agree(owner, run).status_code == 303
    run.refresh_from_db()
    assert run.state == ImportRun.State.QUEUED
    assert "being read" in shown(owner, run)
    assert Job.objects.get(pk=run.job_id).queue == "heavy"
    assert run_job(int(run.job_id))
    page = shown(owner, run)
    assert "€20.00" in page
    assert "“nothing” is no amount" in page
    assert Person.objects.get().full_name == "Ann Abel"
    assert not folder_of(run).exists()


def test_the_progress_reloads_the_page_once_it_is_over(owner: Client, tmp_path: Path) -> None:
    run = sent(owner, SALES)
    agree(owner, run)
    polled = owner.get(f"/intake/runs/{run.pk}/", HTTP_HX_REQUEST="true")
    assert b"<html" not in polled.content
    assert b'hx-trigger="every 2s"' in polled.content
    run.refresh_from_db()
    execute(run)
    assert owner.get(f"/intake/runs/{run.pk}/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_two_clicks_start_one_job(owner: Client) -> None:
    run = sent(owner, SALES)
    form = {**as_shown(run), "do": "take-in"}
    for _click in range(2):
        assert owner.post(f"/intake/runs/{run.pk}/agreements/", form).status_code == 303
    assert Job.objects.filter(task_path__endswith="take_in").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_two_people_agreeing_at_once_start_one_job(in_threads: Callable[..., list[Any]]) -> None:
    from regulars.intake.services import confirm, start_run
    from regulars.kit.errors import Refusal

    a_business()
    run = start_run(SimpleUploadedFile("sales.csv", SALES.encode()), "sales.csv")
    results = in_threads(4, lambda _n: confirm(ImportRun.objects.get(pk=run.pk)))
    assert sum(isinstance(result, Refusal) for result in results) == 3, results
    assert Job.objects.filter(task_path__endswith="take_in").count() == 1


def test_an_answer_changes_what_is_shown(owner: Client) -> None:
    run = sent(owner, SALES)
    agree(owner, run, **{"answer:date_order": "mdy", "do": "look"})
    assert 'datetime="2026-03-04"' in shown(owner, run)


def test_an_answer_left_alone_above_a_sample_is_left_to_the_whole_file(owner: Client) -> None:
    run = sent(owner, SALES)
    agree(owner, run, **{"answer:date_order": "dmy", "usual:date_order": "dmy", "do": "look"})
    run.refresh_from_db()
    assert "date_order" not in run.options


def test_what_was_agreed_is_taken_again_for_the_next_file_and_can_be_forgotten(owner: Client) -> None:
    run = sent(owner, SALES)
    agree(owner, run, **{"answer:date_order": "mdy", "column:Name": "company"})
    again = sent(owner, SALES.replace("A1", "A9"))
    page = shown(owner, again)
    assert "as you agreed the last time" in page
    assert "What the file does not say" not in page
    assert 'datetime="2026-03-04"' in page
    assert {column.name: column.field for column in preview(again).columns}["Name"] == "company"
    assert "sales.csv" in owner.get("/intake/mappings/").content.decode()
    owner.post(f"/intake/mappings/{Mapping.objects.get().pk}/removal/")
    assert "as you agreed" not in shown(owner, again)


def test_a_corrected_column_keeps_the_others_of_its_field_behind_it(owner: Client) -> None:
    text = "Order,Date,Email,Billing Email,Scribbled,Total\nA1,2026-01-02,,ann@lindenblatt.example,bo@lindenblatt.example,5.00\n"
    run = sent(owner, text)
    agree(owner, run, **{"column:Scribbled": "email", "do": "look"})
    run.refresh_from_db()
    assert run.options["columns"]["email"] == ["Scribbled", "Billing Email", "Email"]


def test_a_file_without_a_day_is_not_taken_in_before_somebody_says_where_it_is(owner: Client) -> None:
    run = sent(owner, "Order,Total,Somewhen\nA1,20.00,2026-01-02\n")
    refused = agree(owner, run, format="orders")
    assert refused.status_code == 303
    run.refresh_from_db()
    assert "day of purchase" in shown(owner, run)
    reply = agree(owner, run)
    assert reply.status_code == 422
    assert b"day of purchase" in reply.content
    assert ImportRun.objects.get(pk=run.pk).state == ImportRun.State.WAITING
    assert agree(owner, run, **{"column:Somewhen": "bought_on"}).status_code == 303
    run.refresh_from_db()
    execute(run)
    assert Order.objects.get().bought_on.isoformat() == "2026-01-02"


def test_a_field_nobody_knows_is_refused(owner: Client) -> None:
    run = sent(owner, SALES)
    reply = agree(owner, run, **{"column:Name": "shoe_size"})
    assert reply.status_code == 422
    assert b"shoe_size" in reply.content


@pytest.mark.parametrize(("content", "words"), [(b"%PDF-1.4 whatever", "PDF"), (b"\x1f\x8b\x08 packed", "packed")])
def test_a_file_that_is_no_table_is_refused_with_a_sentence(owner: Client, content: bytes, words: str) -> None:
    reply = owner.post("/intake/", {"file": SimpleUploadedFile("x.pdf", content)})
    assert reply.status_code == 422
    assert "x.pdf: " in reply.content.decode()
    assert words in reply.content.decode()
    assert not ImportRun.objects.exists()


def test_nothing_chosen_and_nothing_in_it_are_said_plainly(owner: Client) -> None:
    assert b"choose a file first" in owner.post("/intake/", {}).content
    assert b"is empty" in owner.post("/intake/", {"file": SimpleUploadedFile("x.csv", b"")}).content


def test_a_file_name_with_folders_in_it_leads_nowhere(owner: Client) -> None:
    folder = Path(settings.DATA_DIR)
    upload = SimpleUploadedFile("x.csv", SALES.encode())
    upload._name = "../../../outside.csv"  # type: ignore[attr-defined]  # past Django's own check
    from regulars.intake.services import receive

    run = receive(upload)
    assert run.name == "outside.csv"
    stored = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size == len(SALES)]
    assert folder / "intake" / str(run.pk) / "file" in stored
    assert not list(folder.rglob("outside.csv"))
    assert not (folder.parent / "outside.csv").exists()


def test_several_files_wait_each_for_its_look(owner: Client) -> None:
    files = [SimpleUploadedFile(name, SALES.encode()) for name in ("a.csv", "b.csv")]
    reply = owner.post("/intake/", {"file": files}, follow=True)
    assert "1 more waits" in reply.content.decode()
    assert list(ImportRun.objects.order_by("pk").values_list("name", "state")) == [
        ("a.csv", "waiting"),
        ("b.csv", "waiting"),
    ]


def test_a_file_that_waits_can_be_removed_and_one_taken_in_cannot(owner: Client, tmp_path: Path) -> None:
    run = sent(owner, SALES)
    owner.post(f"/intake/runs/{run.pk}/removal/")
    assert not ImportRun.objects.exists()
    assert not folder_of(run).exists()
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.get()
    owner.post(f"/intake/runs/{run.pk}/removal/")
    assert ImportRun.objects.filter(pk=run.pk).exists()


def test_work_that_broke_off_is_said_and_goes_on(owner: Client) -> None:
    run = sent(owner, SALES)
    agree(owner, run)
    run.refresh_from_db()
    Job.objects.filter(pk=run.job_id).update(state=Job.SET_ASIDE)
    assert "broke off" in shown(owner, run)
    owner.post(f"/intake/runs/{run.pk}/attempts/")
    run.refresh_from_db()
    assert run_job(int(run.job_id))
    assert Order.objects.count() == 1


def test_a_refused_row_is_corrected_on_the_page(owner: Client) -> None:
    run = sent(owner, SALES)
    agree(owner, run, **{"answer:date_order": "mdy"})
    run.refresh_from_db()
    execute(run)
    row = run.refused_rows.get()
    mended = ["A2", "04/05/2026", "bo@lindenblatt.example", "Bo Berg", "30.00"]
    cells = {f"cell:{row.pk}:{place}": value for place, value in enumerate(mended)}
    owner.post(f"/intake/runs/{run.pk}/corrections/", {"row": row.pk, **cells})
    order = Order.objects.get(reference="A2")
    assert order.source == Order.objects.get(reference="A1").source
    assert order.bought_on.isoformat() == "2026-04-05"
    row.refresh_from_db()
    assert row.mended_in_id
    assert "30.00" not in shown(owner, run)


def test_refused_rows_come_back_as_a_table_that_runs_nothing_and_can_be_taken_in_again(
    owner: Client, tmp_path: Path
) -> None:
    taken_in(a_file(tmp_path, "Order,Date,Name,Total\n=1+1,nonsense,@SUM(A1),10.00\n"))
    run = ImportRun.objects.latest("pk")
    reply = owner.get(f"/intake/runs/{run.pk}/refused.csv")
    table = b"".join(reply.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming reply
    assert "'=1+1" in table
    assert "'@SUM(A1)" in table
    assert "no date" in table
    again = sent(owner, table.replace("nonsense", "2026-01-01"), "corrected.csv")
    agree(owner, again)
    again.refresh_from_db()
    execute(again)
    assert Order.objects.get().reference == "=1+1"


def test_undo_from_the_page_and_the_sentence_when_it_cannot_be(owner: Client, tmp_path: Path) -> None:
    taken_in(a_file(tmp_path, SALES))
    first = ImportRun.objects.latest("pk")
    taken_in(a_file(tmp_path, SALES.replace("20.00", "21.00"), "newer.csv"))
    newer = ImportRun.objects.latest("pk")
    refused = owner.post(f"/intake/runs/{first.pk}/undoing/", follow=True)
    assert "Undo that one first" in refused.content.decode()
    owner.post(f"/intake/runs/{newer.pk}/undoing/")
    owner.post(f"/intake/runs/{first.pk}/undoing/")
    assert not Order.objects.exists()
    assert "out again" in shown(owner, first)


def test_the_question_about_the_last_week_is_answered_on_the_page(
    owner: Client, tmp_path: Path, frozen_clock: Any
) -> None:
    taken_in(a_file(tmp_path, SALES.replace("03/04/2026", "2026-03-02")))
    run = ImportRun.objects.latest("pk")
    assert "Follow up the last 7 days" in shown(owner, run)
    question = Question.objects.get(kind="follow_up")
    owner.post(f"/intake/runs/{run.pk}/questions/{question.pk}/answers/", {"answer": "yes"})
    question.refresh_from_db()
    assert question.answer == "yes"
    assert "Follow up the last 7 days" not in shown(owner, run)


def test_a_small_undo_happens_whole_or_not_at_all(
    owner: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(run: ImportRun) -> int:
        raise OSError("the disk is full")

    taken_in(a_file(tmp_path, SALES))
    run, orders = ImportRun.objects.get(), Order.objects.count()
    monkeypatch.setattr(undoing, "_take_out_people", fails)
    with pytest.raises(OSError, match="full"):
        undoing.ask_to_undo(run)
    assert ImportRun.objects.get().state == ImportRun.State.FINISHED
    assert Order.objects.count() == orders > 0


def test_pasted_people_are_shown_then_saved_and_can_be_undone(owner: Client) -> None:
    text = "Ann Abel, ann@lindenblatt.example, likes tea, has a dog\nBo Berg  0151 2345678\nCy;Claes;<cy@lindenblatt.example>"
    page = owner.post("/intake/people/", {"text": text, "do": "look"}).content.decode()
    assert "Save 3 people" in page
    assert "Likes: tea" in page
    assert not Person.objects.exists()
    reply = owner.post("/intake/people/", {"text": text, "do": "save"})
    assert reply.status_code == 303
    assert set(Person.objects.values_list("full_name", flat=True)) == {"Ann Abel", "Bo Berg", "Cy Claes"}
    assert Note.objects.get().text == "has a dog"
    assert Preference.objects.get().text == "tea"
    assert not Consent.objects.exists()
    owner.post(f"/intake/runs/{ImportRun.objects.get().pk}/undoing/")
    assert not Person.objects.here().exists()
    assert not Preference.objects.exists()


def test_a_line_that_cannot_be_read_is_named_and_stays_in_the_box(owner: Client) -> None:
    text = "Ann Abel, ann@lindenblatt.example\n#vip\nBo Berg, bo@nowhere"
    page = owner.post("/intake/people/", {"text": text, "do": "save"}).content.decode()
    assert "1 person is in the book" in page
    assert "Line 1, “#vip”: There is no name." in page
    assert "Line 2, “Bo Berg, bo@nowhere”: The e-mail address cannot be read." in page
    assert "#vip\nBo Berg, bo@nowhere</textarea>" in page


def cards_of(page: Any) -> dict[str, str]:
    """What the page of cards would post, unchanged."""
    sent = {
        "do": "save",
        "key": page.context["key"],
        "cards": str(len(page.context["cards"])),
        "left": page.context["left"],
    }
    for card, _is_known in page.context["cards"]:
        sent |= {card.add_prefix(name): str(value) for name in card.fields if (value := card[name].value())}
    return sent


SHOEBOX = "Ann Abel, 0171 2345678, geb. 3.5.1980, likes tea, sent by Bo Berg, buys every month, about 40\nBo Berg, bo@lindenblatt.example, from the market\nCy Claes, comes weekly\n#vip"


def test_every_card_can_be_corrected_or_left_out_and_is_saved_once(owner: Client) -> None:
    page = owner.post("/intake/people/", {"text": SHOEBOX, "do": "look"})
    sent = cards_of(page) | {"p1-name": "Bo Bergman", "p1-likes": "oak, elm", "p2-is_dropped": "on"}
    reply = owner.post("/intake/people/", sent)
    assert "2 people are in the book" in reply.text
    assert "#vip</textarea>" in reply.text
    owner.post("/intake/people/", sent)
    assert Person.objects.count() == 2
    assert ImportRun.objects.count() == 1
    ann, bo = Person.objects.order_by("full_name")
    assert (bo.full_name, bo.met) == ("Bo Bergman", "from the market")
    assert sorted(bo.preferences.values_list("text", flat=True)) == ["elm", "oak"]
    assert ann.referred_by_text == "Bo Berg"
    assert ann.occasions.get().date == PartialDate(5, 3, 1980)


def test_a_card_that_cannot_be_read_is_shown_again_with_all_the_others_and_nothing_is_saved(owner: Client) -> None:
    page = owner.post("/intake/people/", {"text": SHOEBOX, "do": "look"})
    sent = cards_of(page) | {"p0-birthday": "the day after"}
    reply = owner.post("/intake/people/", sent)
    assert reply.status_code == 422
    assert "Write a day like 15 May" in reply.text
    assert "Bo Berg" in reply.text
    assert not Person.objects.exists()


def test_who_is_named_as_the_sender_is_linked_and_a_name_in_the_book_is_said(owner: Client) -> None:
    owner.post("/intake/people/", {"text": "Bo Berg, bo@lindenblatt.example\nAnn Abel, sent by Bo Berg", "do": "save"})
    assert Person.objects.get(full_name="Ann Abel").referred_by == Person.objects.get(full_name="Bo Berg")
    page = owner.post("/intake/people/", {"text": "ann abel, 0171 2345678", "do": "look"})
    assert "somebody in the book has this name" in page.text


def test_what_was_said_of_visits_is_told_upward_and_what_is_not_enough_stays_a_note(owner: Client) -> None:
    owner.post("/intake/people/", {"text": SHOEBOX, "do": "save"})
    ann = Person.objects.get(full_name="Ann Abel")
    told = Notice.objects.get(kind__contains="VisitsRemembered")
    seen_on = clock.today() - timedelta(days=15)
    assert told.content["visits"] == [[ann.pk, seen_on.isoformat(), 30, "40"]]
    assert Note.objects.get().text == "Comes about every 7 days."


def test_the_same_list_pasted_again_is_nobody_new(owner: Client) -> None:
    text = "Ann Abel, likes tea\nBo Berg, 0151 2345678"
    owner.post("/intake/people/", {"text": text, "do": "save"})
    owner.post("/intake/people/", {"text": f"{text}\nCy Claes", "do": "save"})
    assert sorted(Person.objects.values_list("full_name", flat=True)) == ["Ann Abel", "Bo Berg", "Cy Claes"]


def test_a_card_shows_what_the_owner_said_in_days_of_their_own(owner: Client) -> None:
    page = owner.post("/intake/people/", {"text": "Ann Abel, every 6 weeks, about 40", "do": "look"})
    assert "about every 42 days" in page.text


def test_a_large_file_is_looked_at_by_its_top_and_its_rows_are_about_right(owner: Client) -> None:
    rows = "".join(f"N{n},2026-01-02,p{n}@lindenblatt.example,5.00\n" for n in range(3_000))
    run = sent(owner, f"Order,Date,Email,Total\n{rows}")
    assert "about 3,000 rows" in shown(owner, run)


def test_looking_changes_nothing(owner: Client, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    waiting = sent(owner, SALES)
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.latest("pk")
    before = json.dumps(
        [list(model.objects.order_by("pk").values_list()) for model in (ImportRun, Question, Order)], default=str
    )
    addresses = ("", f"runs/{run.pk}/", f"runs/{waiting.pk}/", f"runs/{run.pk}/refused.csv", "people/", "mappings/")
    owner.get("/intake/")  # what the frame counts is then kept
    for address in addresses:
        with django_assert_max_num_queries(16):
            assert owner.get(f"/intake/{address}").status_code == 200
    after = json.dumps(
        [list(model.objects.order_by("pk").values_list()) for model in (ImportRun, Question, Order)], default=str
    )
    assert after == before
    assert [path.name for path in folder_of(waiting).iterdir()] == ["file"]


def test_the_list_of_files_goes_on_a_page_at_a_time(owner: Client, tmp_path: Path) -> None:
    for number in range(14):
        sent(owner, SALES, f"file-{number:02}.csv")
    first = owner.get("/intake/")
    assert "file-13.csv" in first.content.decode()
    assert "file-01.csv" not in first.content.decode()
    assert "file-01.csv" in owner.get(first.context["next_url"]).content.decode()


@pytest.mark.parametrize("role", [Role.STAFF, Role.READ_ONLY])
def test_who_may_not_take_in_files_is_turned_away(client: Client, role: Role, tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.latest("pk")
    client.force_login(a_user(role))
    assert client.get("/intake/").status_code == 403
    assert client.post("/intake/", {"file": SimpleUploadedFile("x.csv", b"a,b")}).status_code == 403
    assert client.post(f"/intake/runs/{run.pk}/undoing/").status_code == 403
    assert Order.objects.count() == 1


def test_many_people_can_be_saved_from_the_top_and_what_is_asked_later_is_said_once(owner: Client) -> None:
    few = owner.post("/intake/people/", {"text": "Ann Abel, every month\nBo Berg", "do": "look"}).text
    assert few.count('value="save"') == 1
    many = "\n".join(f"Person{letter} Long, every month" for letter in "abcdefgh")
    page = owner.post("/intake/people/", {"text": many, "do": "look"}).text
    assert page.count('value="save"') == 2
    assert page.count("the rest is asked afterwards") == 1


def test_what_was_typed_speaks_of_no_file(owner: Client) -> None:
    page = owner.post("/intake/people/", {"text": "Ann Abel, likes tea", "do": "save"}, follow=True).text
    assert "Undo all of it" in page
    for words in ("Undo this file", "Rows in the file", "Choose the file", "that this file brought"):
        assert words not in page


@pytest.mark.parametrize("written", ["en", "de", "es"])
@pytest.mark.parametrize("reader", ["en", "de", "es"])
def test_what_a_note_says_of_visits_is_read_back_in_the_readers_language(written: str, reader: str) -> None:
    line = pasting.Pasted(1, "Ann", "Ann", gap_days=42, seen_days=15, note="Her daughter marries.")
    with translation.override(written):
        noted = pasting._person(line).note
        spent = pasting._person(pasting.Pasted(1, "Ann", "Ann", amount="12.50")).note
    with translation.override(reader):
        assert visits_noted(noted) == (42, clock.today() - timedelta(days=15))
        assert visits_noted("Her daughter marries.\nLast here about 2026-02-31.") == (None, None)
        assert said_again(noted) == pasting._person(line).note
        assert said_again(spent) == pasting._person(pasting.Pasted(1, "Ann", "Ann", amount="12.50")).note
