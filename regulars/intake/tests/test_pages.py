"""The pages: drop a file, look, agree, watch, compare, correct, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.intake.models import ImportRun, Mapping, Question
from regulars.intake.services import execute
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Consent, Person
from regulars.purchases.models import Order
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db

SALES = "Order,Date,Customer e-mail,Name,Total\nA1,03/04/2026,ann@lindenblatt.example,Ann Abel,20.00\nA2,04/04/2026,bo@lindenblatt.example,Bo Berg,nothing\n"


@pytest.fixture
def owner(client: Client) -> Client:
    a_business()
    client.force_login(an_owner())
    return client


def sent(client: Client, text: str, name: str = "sales.csv") -> ImportRun:
    reply = client.post("/intake/", {"file": SimpleUploadedFile(name, text.encode())})
    assert reply.status_code == 303, reply.content[:500]
    return ImportRun.objects.latest("pk")


def fields_of(run: ImportRun, **changed: str) -> dict[str, str]:
    from regulars.intake.services import preview

    columns = {f"column:{name}": field for name, field, _cells in preview(run).columns}
    return columns | changed


def test_a_dropped_file_is_shown_and_nothing_is_saved(owner: Client) -> None:
    run = sent(owner, SALES)
    page = owner.get(f"/intake/runs/{run.pk}/").content.decode()
    assert "Ann Abel" in page and "2026-04-03" in page
    assert "day or the month" in page
    assert "Row 3" in page and "nothing" in page
    assert not Order.objects.exists() and not Person.objects.exists()


def test_an_answer_changes_what_is_shown(owner: Client) -> None:
    run = sent(owner, SALES)
    reply = owner.post(f"/intake/runs/{run.pk}/agreements/", {**fields_of(run), "answer:date_order": "mdy", "do": "look"}, follow=True)
    assert "2026-03-04" in reply.content.decode()


def test_agreed_it_is_taken_in_and_remembered(owner: Client) -> None:
    run = sent(owner, SALES)
    owner.post(f"/intake/runs/{run.pk}/agreements/", {**fields_of(run), "answer:date_order": "dmy", "do": "take-in"})
    run.refresh_from_db()
    assert run.state == ImportRun.State.QUEUED and run.job_id
    assert "being read" in owner.get(f"/intake/runs/{run.pk}/").content.decode()
    execute(run)
    page = owner.get(f"/intake/runs/{run.pk}/").content.decode()
    assert "1 new" in page and "€20.00" in page and "“nothing” is no amount" in page
    assert Mapping.objects.get().answers["date_order"] == "dmy"
    assert Order.objects.get().bought_on.isoformat() == "2026-04-03"
    again = sent(owner, SALES.replace("A1", "A9"))
    assert "day or the month" not in owner.get(f"/intake/runs/{again.pk}/").content.decode()


def test_columns_can_be_corrected(owner: Client) -> None:
    run = sent(owner, "Who,Reach,Other\nAnn Abel,ann@lindenblatt.example,x\n")
    owner.post(f"/intake/runs/{run.pk}/agreements/", {**fields_of(run), "column:Who": "full_name", "do": "take-in"})
    run.refresh_from_db()
    execute(run)
    assert Person.objects.get().full_name == "Ann Abel"


def test_a_refused_row_is_corrected_on_the_page(owner: Client, tmp_path: Path) -> None:
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.latest("pk")
    row = run.refused_rows.get()
    cells = {f"cell:{row.pk}:{place}": value for place, value in enumerate(["A2", "04/04/2026", "bo@lindenblatt.example", "Bo Berg", "30.00"])}
    reply = owner.post(f"/intake/runs/{run.pk}/corrections/", {"row": row.pk, **cells}, follow=True)
    assert "1 new" in reply.content.decode()
    assert Order.objects.get(reference="A2").source == Order.objects.get(reference="A1").source
    row.refresh_from_db()
    assert row.mended_in_id


def test_refused_rows_come_back_as_a_table_that_runs_nothing_and_can_be_taken_in_again(owner: Client, tmp_path: Path) -> None:
    taken_in(a_file(tmp_path, "Order,Date,Name,Total\n=1+1,nonsense,@SUM(A1),10.00\n"))
    run = ImportRun.objects.latest("pk")
    reply = owner.get(f"/intake/runs/{run.pk}/refused.csv")
    table = b"".join(reply.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming reply
    assert "'=1+1" in table and "'@SUM(A1)" in table and "no date" in table
    answer = taken_in(a_file(tmp_path, table.replace("nonsense", "2026-01-01"), "corrected.csv"))
    assert answer["orders"]["new"] == 1
    assert Order.objects.get().reference == "=1+1"


def test_undo_from_the_page(owner: Client, tmp_path: Path) -> None:
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.latest("pk")
    owner.post(f"/intake/runs/{run.pk}/undoing/")
    assert not Order.objects.exists()
    assert "undone" in owner.get(f"/intake/runs/{run.pk}/").content.decode()


def test_pasted_people_are_shown_before_they_are_saved(owner: Client) -> None:
    text = "Ann Abel, ann@lindenblatt.example\nBo Berg  0151 2345678\nnobody at all\n<cy@lindenblatt.example> Cy Claes"
    page = owner.post("/intake/people/", {"text": text, "do": "look"}).content.decode()
    assert "Bo Berg" in page and "left out" in page and "Save 3 people" in page
    assert not Person.objects.exists()
    owner.post("/intake/people/", {"text": text, "do": "save"})
    assert set(Person.objects.values_list("full_name", flat=True)) == {"Ann Abel", "Bo Berg", "Cy Claes"}
    assert not Consent.objects.exists()


def test_a_file_that_is_no_table_is_refused_with_a_sentence(owner: Client) -> None:
    reply = owner.post("/intake/", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4 whatever")})
    assert reply.status_code == 422
    assert "PDF" in reply.content.decode()
    assert not ImportRun.objects.exists()


def test_looking_changes_nothing(owner: Client, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    taken_in(a_file(tmp_path, SALES))
    run = ImportRun.objects.latest("pk")
    before = (Order.objects.count(), Question.objects.count(), ImportRun.objects.count())
    for address in ("/intake/", f"/intake/runs/{run.pk}/", f"/intake/runs/{run.pk}/refused.csv", "/intake/people/", "/intake/mappings/"):
        with django_assert_max_num_queries(14):
            assert owner.get(address).status_code == 200
    assert (Order.objects.count(), Question.objects.count(), ImportRun.objects.count()) == before


def test_staff_may_not_take_in_files(client: Client) -> None:
    a_business()
    client.force_login(a_user(Role.STAFF))
    assert client.get("/intake/").status_code == 403
