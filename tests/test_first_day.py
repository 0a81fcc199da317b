"""An owner's first day, from the shop's export to the letter in the customer's mailbox, and what must never happen."""

# rows of a file

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from regulars.intake.services import ImportOptions, import_files
from regulars.kit.services import set_up_business
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.outreach.services import NewAccount
from regulars.people.models import Person, TimelineEntry
from regulars.staff.services import add_staff
from regulars.standings.services import grade_everyone
from regulars.today import services as today
from regulars.today.queries import plan

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)
HEAD = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Created at,Id"


def row(number: int, email: str, name: str, day: str, paid: str = "64.00", status: str = "paid") -> str:
    at = f"{day} 10:00:00 +0000"
    return f"#{number},{email},{status},{at},EUR,{paid},0.00,0.00,{paid},0.00,1,Green silk scarf,{paid},{name},{at},{number}"


class Mailbox:
    """A real SMTP server that keeps what it accepted."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    kept = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    rows = [
        row(1001, "ann@example.com", "Ann Kavanagh", "2026-03-03"),
        row(1002, "bo@example.com", "Bo Lindqvist", "2026-03-02", status="refunded").replace(
            ",64.00,0.00,0.00,64.00", ",64.00,0.00,0.00,64.00"
        ),
        row(1003, "cy@example.com", "Cy Doherty", "2026-03-10"),
        row(1004, "di@example.com", "Di Fernández", "not a day"),
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


def test_from_the_shops_export_to_the_customers_mailbox(frozen_clock, export: Path, mailbox, work) -> None:
    kept, port = mailbox
    frozen_clock.move_to(NOW)
    set_up_business(name="Linden Lane", owner_name="Maya", zone="Europe/Dublin", currency="EUR")
    maya = add_staff(email="maya@example.com", display_name="Maya", role="owner")

    # The file: three taken in, one refused by its number; the same file again changes nothing.
    (file,) = import_files([export], ImportOptions())["files"]
    assert file["orders"]["new"] == 3
    assert [refused["row"] for refused in file["refused_rows"]] == [5]
    (again,) = import_files([export], ImportOptions())["files"]
    assert (again["orders"]["new"], again["orders"]["seen"]) == (0, 3)
    assert grade_everyone()["people"] == 3

    # Today: Ann a week ago; not Bo, whose money went back; not Cy, who bought yesterday.
    lines = [line for line in plan(NOW.date()).lines if line.due.kind == "thank_you"]
    assert [line.person for line in lines] == ["Ann Kavanagh"]
    assert today.approve_lines({lines[0].key: lines[0].seen}, maya).approved == (lines[0].key,)

    # Nothing leaves for ten minutes; then exactly one letter does, however often the worker looks.
    outreach.connect_account(NewAccount("maya@linden.example", host="127.0.0.1", port=port, security="none"), maya)
    work()
    assert kept.letters == []
    frozen_clock.move_to(NOW + timedelta(minutes=11))
    work()
    work()
    ((to, letter),) = kept.letters
    assert to == ["ann@example.com"]
    assert letter["To"].addresses[0].addr_spec == "ann@example.com"
    assert letter["List-Unsubscribe"]
    plain = letter.get_body(("plain",)).get_content()
    assert "Ann" in plain
    assert "{{" not in plain

    # It stands in the ledger and on the person's timeline, and Today does not ask again.
    assert Touch.objects.get().state == "sent"
    ann = Person.objects.get(full_name="Ann Kavanagh")
    assert TimelineEntry.objects.filter(person=ann, room="outreach", kind="sent").count() == 1
    assert [line for line in plan(NOW.date()).lines if line.due.kind == "thank_you"] == []


def test_stop_everything_holds_what_was_approved_until_it_is_started_again(
    frozen_clock, export: Path, mailbox, work
) -> None:
    from regulars.kit.services import resume_sending, stop_everything

    kept, port = mailbox
    frozen_clock.move_to(NOW)
    set_up_business(name="Linden Lane", owner_name="Maya", zone="Europe/Dublin", currency="EUR")
    maya = add_staff(email="maya@example.com", display_name="Maya", role="owner")
    import_files([export], ImportOptions())
    outreach.connect_account(NewAccount("maya@linden.example", host="127.0.0.1", port=port, security="none"), maya)
    today.approve_lines({line.key: line.seen for line in plan(NOW.date()).lines}, maya)
    stop_everything("Maya")
    frozen_clock.move_to(NOW + timedelta(minutes=20))
    work()
    assert kept.letters == []
    resume_sending("Maya")
    work()
    assert len(kept.letters) == 1
