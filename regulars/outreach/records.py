"""What this room does with its rows about a person: hand them out, empty them, move them to another entry and back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.outreach.channels.email.local_outbox import forget_letters
from regulars.outreach.channels.text.forgetting import forget_texts
from regulars.outreach.models import (
    OPEN,
    SETTLED,
    Bounce,
    Enclosure,
    InboundMail,
    LeavingToken,
    LinkFollowed,
    PrintPiece,
    Recipient,
    State,
    Suppression,
    Touch,
    TouchChange,
)
from regulars.outreach.services.enclosing import forget_unneeded
from regulars.outreach.services.forgetting import forget_what_waits
from regulars.outreach.services.moves import FREE, move
from regulars.outreach.services.printing import forget_printed
from regulars.outreach.services.suppressing import suppress
from regulars.people.models import Email
from regulars.people.moving import move_rows, put_back
from regulars.people.records import Moved, MovedRows, PersonRecords, register

TABLE = "outreach.Touch"
MAILS = "outreach.InboundMail"
RECIPIENTS = "outreach.Recipient"
MAIL_SHOWN = ("kind", "from_address", "subject", "words", "whole", "at")
SHOWN = (
    "programme",
    "occurrence",
    "channel",
    "purpose",
    "state",
    "subject",
    "body",
    "sent_at",
    "to_address",
    "outcome",
    "note",
    "why",
)


def export(person_id: int) -> dict[str, Any]:
    """Everything that was planned for or sent to them, in full."""
    rows = Touch.objects.filter(person_id=person_id).order_by("pk")
    touches = []
    for touch in rows:
        row = {name: getattr(touch, name) for name in SHOWN}
        touches.append({**row, "sent_at": touch.sent_at.isoformat() if touch.sent_at else None})
    mails = InboundMail.objects.filter(person_id=person_id).order_by("pk").values(*MAIL_SHOWN)
    files = Enclosure.objects.filter(touch__person_id=person_id).order_by("pk").values("touch_id", "name", "size")
    pieces = PrintPiece.objects.filter(touch__person_id=person_id).order_by("pk").select_related("run")
    printed = [
        {"sheet": piece.run.sheet, "state": piece.state, "at": piece.run.made_at.isoformat(), "to": piece.to_lines,
         "words": "\n\n".join(part for part in (piece.greeting, piece.words, piece.signed) if part)}
        for piece in pieces
    ]  # fmt: skip
    links = LinkFollowed.objects.filter(touch__person_id=person_id).order_by("pk").values("touch_id", "place", "at")
    return {
        "files": list(files),
        "links": [{**link, "at": link["at"].isoformat()} for link in links],
        "touches": touches,
        "mails": [{**mail, "at": mail["at"].isoformat()} for mail in mails],
        "printed": printed,
        "mailings": list(
            Recipient.objects.filter(person_id=person_id).order_by("pk").values("mailing__name", "way", "why")
        ),
    }


def summary(person_id: int) -> list[tuple[str, str]]:
    """How often they heard from us, for whoever compares two entries. One query."""
    count = Touch.objects.filter(person_id=person_id, state__in=SETTLED).count()
    words = ngettext("%(n)s time", "%(n)s times", count) % {"n": count}
    return [(_("Heard from us"), words)] if count else []


def erase(person_id: int) -> None:
    """Stop what is open, take out words and addresses, keep that something was sent; remember the addresses' hashes."""
    ids = list(Touch.objects.filter(person_id=person_id, state__in=OPEN).values_list("pk", flat=True))
    move(ids, State.CANCELLED, why=_("The person was erased."), only_from=OPEN, **FREE)
    rows = Touch.objects.filter(person_id=person_id)
    forget_letters(list(rows.exclude(message_id="")))
    forget_texts(person_id)
    forget_what_waits(person_id)
    TouchChange.objects.filter(touch__in=rows).update(why="")
    rows.update(
        subject="",
        body="",
        blocks={},
        to_address="",
        note="",
        why="",
        held_why="",
        last_error="",
        evidence={},
        draft_hash="",
    )
    forget_printed(list(rows.values_list("pk", flat=True)))
    InboundMail.objects.filter(person_id=person_id).update(
        from_address="", from_name="", subject="", words="", whole="", is_for_you=False
    )
    Bounce.objects.filter(touch__in=rows).update(said="")
    files = Enclosure.objects.filter(touch__in=rows)
    kept = list(files.values_list("kept_id", flat=True))
    files.delete()
    forget_unneeded(kept)
    LinkFollowed.objects.filter(touch__in=rows).delete()
    Recipient.objects.filter(person_id=person_id).delete()
    LeavingToken.objects.filter(person_id=person_id).delete()
    for address in Email.objects.filter(person_id=person_id, normalised__contains="@").values_list(
        "normalised", flat=True
    ):
        suppress(address, Suppression.Reason.LEFT, source="erased")


def merge(keep_id: int, other_id: int) -> MovedRows:
    """Give the other entry's touches to the one that stays.

    Where both have the same occasion, the one that reached them stands; an open twin is stopped, so that nobody gets
    the same card twice.
    """
    mine = {tuple(key): (pk, state) for pk, state, *key in _keyed(keep_id)}
    moved: list[Moved] = []
    for pk, state, *key in _keyed(other_id):
        twin = mine.get(tuple(key))
        if twin is None:
            moved.append(Moved(TABLE, str(pk), "changed", {"person_id": other_id}, {"person_id": keep_id}))
            continue
        loser = pk if state in OPEN else twin[0] if state in SETTLED and twin[1] in OPEN else None
        if loser is not None:
            was = state if loser == pk else twin[1]
            move([loser], State.CANCELLED, why=_("The same person under another entry has it already."), only_from=OPEN)
            moved.append(Moved(TABLE, str(loser), "changed", {"state": was}, {"state": State.CANCELLED.value}))
    ids = [int(row.row_id) for row in moved if "person_id" in row.before]
    Touch.objects.filter(pk__in=ids).update(person_id=keep_id)
    mails = InboundMail.objects.filter(person_id=other_id)
    before, after = {"person_id": other_id}, {"person_id": keep_id}
    moved += [Moved(MAILS, str(pk), "changed", before, after) for pk in mails.values_list("pk", flat=True)]
    mails.update(person_id=keep_id)
    chosen = Recipient.objects.filter(person_id=other_id)
    return (*moved, *move_rows(chosen, keep_id, unless_same=("mailing_id", "edition")))


def _keyed(person_id: int) -> list[tuple[Any, ...]]:
    rows = Touch.objects.filter(person_id=person_id).order_by("pk")
    return list(rows.values_list("pk", "state", "programme", "occurrence", "step"))


def unmerge(moved: MovedRows) -> None:
    """Put back exactly what the merge moved; a touch it stopped is planned again, to be approved anew."""
    put_back(row for row in moved if row.table == RECIPIENTS)
    moved = tuple(row for row in moved if row.table != RECIPIENTS)
    groups: dict[tuple[str, int, int], list[int]] = {}
    for row in moved:
        if "person_id" in row.before:
            group = row.table, int(row.before["person_id"]), int(row.after["person_id"])
            groups.setdefault(group, []).append(int(row.row_id))
    for (table, was_id, became_id), ids in groups.items():
        rows = InboundMail.objects if table == MAILS else Touch.objects
        rows.filter(pk__in=ids, person_id=became_id).update(person_id=was_id)
    stopped = [int(row.row_id) for row in moved if "state" in row.before]
    move(
        stopped, State.PLANNED, why=_("The entries were parted again."), only_from=(State.CANCELLED,), approved_at=None
    )


def register_records() -> None:
    register(PersonRecords("outreach", export, erase, merge, unmerge, summary))
