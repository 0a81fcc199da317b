"""What `regulars export` writes, slice by slice: a million rows pass through a few thousand at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash
from regulars.kit.taking_out import Sheet, take_out
from regulars.people.addresses import normalised_email
from regulars.people.models import (
    ConsentNow,
    Email,
    ExternalId,
    Occasion,
    Person,
    PersonKind,
    PersonTag,
    Phone,
    PostalAddress,
)
from regulars.purchases.models import Order, OrderLine
from regulars.staff.models import User

SLICE = 2000
Row = Mapping[str, Any]

PEOPLE = (
    "person_id",
    "full_name",
    "given_name",
    "family_name",
    "salutation",
    "language",
    "emails",
    "phones",
    "addresses",
    "kinds",
    "tags",
    "external_ids",
    "occasions",
    "consents",
    "needs",
    "expectations",
    "met",
    "quiet_until",
    "source",
    "added_at",
)
ORDERS = (
    "order_id",
    "source",
    "reference",
    "person_id",
    "person",
    "bought_on",
    "bought_at",
    "paid_amount",
    "refunded_amount",
    "net_amount",
    "tax_amount",
    "shipping_amount",
    "discount_amount",
    "is_cancelled",
    "channel",
    "lines",
    "note",
)


def rows_of(what: str) -> tuple[Sequence[str], Iterable[Row]]:
    """The columns and the rows of one export."""
    if what == "standings":
        from regulars.standings.queries import EXPORT_COLUMNS, export_rows

        return EXPORT_COLUMNS, export_rows()
    columns, rows = (PEOPLE, people_rows()) if what == "people" else (ORDERS, order_rows())
    return columns, ({column: row[column] for column in columns} for row in rows)


def slices(queryset: QuerySet[Any]) -> Iterator[list[Any]]:
    """The whole table by key: each slice is a short read of its own."""
    last = 0
    while rows := list(queryset.filter(pk__gt=last).order_by("pk")[:SLICE]):
        yield rows
        last = rows[-1].pk


def grouped(rows: QuerySet[Any], ids: list[int], words: Callable[[Any], str], *related: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows.filter(person_id__in=ids).select_related(*related).order_by("pk"):
        found[row.person_id].append(words(row))
    return found


def people_rows() -> Iterator[Row]:
    for persons in slices(Person.objects.here()):
        ids = [person.pk for person in persons]
        beside = {
            "emails": grouped(Email.objects.all(), ids, lambda row: row.address),
            "phones": grouped(Phone.objects.all(), ids, lambda row: row.e164 or row.as_typed),
            "addresses": grouped(PostalAddress.objects.all(), ids, address_words),
            "kinds": grouped(PersonKind.objects.all(), ids, lambda row: row.kind),
            "tags": grouped(PersonTag.objects.all(), ids, lambda row: row.tag.name, "tag"),
            "external_ids": grouped(ExternalId.objects.all(), ids, lambda row: f"{row.source}:{row.external_id}"),
            "occasions": grouped(Occasion.objects.all(), ids, lambda row: f"{row.label or row.kind} {row.date}"),
            "consents": grouped(
                ConsentNow.objects.all(),
                ids,
                lambda row: f"{row.channel} {row.purpose}: {'yes' if row.is_given else 'no'}",
            ),
        }
        for person in persons:
            facts = {
                column: getattr(person, column) for column in PEOPLE if column not in beside and column != "person_id"
            }
            yield {
                "person_id": person.pk,
                **facts,
                **{column: "; ".join(rows.get(person.pk, [])) for column, rows in beside.items()},
            }


def address_words(row: PostalAddress) -> str:
    return ", ".join(
        part for part in (row.lines.replace("\n", ", "), row.postcode, row.city, row.region, row.country) if part
    )


def order_rows() -> Iterator[Row]:
    for orders in slices(Order.objects.select_related("person")):
        lines: dict[int, list[str]] = defaultdict(list)
        for line in OrderLine.objects.filter(order_id__in=[order.pk for order in orders]).order_by(
            "order_id", "position"
        ):
            lines[line.order_id].append(f"{line.quantity.normalize():f} x {line.name}: {line.amount}")
        for order in orders:
            facts = {
                column: getattr(order, column) for column in ORDERS if column not in {"order_id", "person", "lines"}
            }
            yield {
                "order_id": order.pk,
                **facts,
                "person": order.person.full_name if order.person else "",
                "lines": "; ".join(lines[order.pk]),
            }


def everything(target: Path, by: User | None = None) -> dict[str, int]:
    """Write everything there is into a folder or a .zip, the lists made for people first; the log notes it."""
    from regulars.staff.services import note_audit

    counts = take_out(target, [_for_people(what, str(words)) for what, words in LISTS.items()])
    note_audit(by, "export_all", room="people", kind="house")
    return counts


LISTS = {
    "people": _("Everybody in the book, one line each, with how to reach them and what is known."),
    "orders": _("Every sale, one line each, with what was bought."),
    "standings": _("How everybody stands today: when they last came, how often, how much, which group."),
}


def _for_people(what: str, words: str) -> Sheet:
    columns, _rows = rows_of(what)
    return Sheet(what, words, columns, lambda: (list(row.values()) for row in rows_of(what)[1]))


def identity() -> str:
    """What tells a card of this house from another's: the same every time, and a secret to nobody."""
    return f"regulars-{keyed_hash('vcard', 'identity')[:12]}"


def person_named(who: str) -> Person:
    """Find somebody of the book by number or e-mail address; refused in a sentence when there is nobody, or several."""
    if not who.strip():
        raise Refusal(gettext("Say whom: their number or an e-mail address."))
    found = Person.objects.here().filter(is_bucket=False)
    if who.isascii() and who.isdigit() and len(who) < 19:
        people = list(found.filter(pk=int(who)))
    else:
        wanted = Email.objects.filter(normalised=normalised_email(who)).values("person_id")
        people = list(found.filter(pk__in=wanted)) if "@" in who else []
    if not people:
        raise Refusal(
            _("There is nobody “%(who)s” in the book. Give their number or an e-mail address.") % {"who": who}
        )
    if len(people) > 1:
        numbers = ", ".join(f"{person.pk} ({person})" for person in people)
        words = _("Several people share this address. Give one of their numbers: %(them)s.")
        raise Refusal(words % {"them": numbers})
    return people[0]
