"""Files for the watched folder on the owner's plan of the day."""

from datetime import UTC, datetime, timedelta

import pytest

from regulars.intake import services as intake
from regulars.intake.models import Feed, ImportRun
from regulars.kit import clock
from regulars.today import queries
from regulars.today.lines import file
from regulars.today.models import Choice
from regulars.today.services.deciding import decide
from regulars.today.tests.builders import a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path, settings, frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()
    settings.INBOX_DIR = tmp_path / "inbox"
    return intake.inbox()


def lines(kind: str):
    return [line for line in queries.plan(clock.today()).lines if line.due.kind == kind]


def test_a_file_of_a_new_kind_asks_to_be_looked_over(folder):
    (folder / "customers.csv").write_text("Name,Email\nAnn,ann@x.example\n")
    intake.look_into_inbox(settled_seconds=0)
    (line,) = lines(file.NEW)
    assert "customers.csv" in line.what
    assert line.page == f"/intake/runs/{ImportRun.objects.get().pk}/"
    intake.execute(intake.confirm(ImportRun.objects.get()))
    assert lines(file.NEW) == []


def test_an_export_that_is_due_says_how_long_ago_the_last_one_was_taken_in(
    folder, frozen_clock, django_assert_num_queries
):
    at = clock.now() - timedelta(days=12)
    due = clock.today() - timedelta(days=4)
    feed = Feed.objects.create(
        header_key="k", name="customers.csv", last_taken_at=at, due_on=due, due_mark=due.isoformat()
    )
    (line,) = lines(file.OVERDUE)
    assert "last taken in 12 days ago" in line.what
    with django_assert_num_queries(1):
        file.overdue(clock.today(), 10)
    decide([line], Choice.DONE, None)
    assert lines(file.OVERDUE) == []
    Feed.objects.filter(pk=feed.pk).update(due_on=clock.today(), due_mark=clock.today().isoformat())
    assert len(lines(file.OVERDUE)) == 1
