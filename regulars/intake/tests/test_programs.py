"""One invented export in the layout of each program: who comes in, how they are reached, what they agreed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Email, ExternalId, Person, PersonTag
from regulars.purchases.models import Order

pytestmark = pytest.mark.django_db
LAYOUTS = Path(__file__).parent / "layouts"

# file: each person as name, e-mail addresses, numbers, birthday, town and postcode of each address, consent to e-mails
YES, LEFT = True, False
EXPECTED: dict[str, list[tuple[str, list[str], list[str], str, list[str], bool | None]]] = {
    "google_new": [("Anna Berg", ["anna@x.example", "anna@work.example"], ["+491701234567", "+4930901820"], "--05-03", ["10115 Berlin"], None)],
    "google_old": [("Bo Berg", ["bo@x.example", "bo2@x.example", "bo@work.example"], ["+491701234567", "+4930901820"], "1980-05-03", ["89073 Ulm"], None)],
    "outlook_en": [
        ("Cy Clark", ["cy@x.example", "cy2@x.example"], ["+491701234567", "+4930901820", "+4930901821"], "", ["YO1 7HH York", "LS1 4AP Leeds"], None),
        ("Di Dahl", ["di@x.example"], [], "1980-05-03", ["89073 Ulm"], None),
    ],
    "outlook_de": [("Eva Engel", ["eva@x.example", "eva2@x.example"], ["+491712345678", "+49221123456"], "1980-03-05", ["50667 Köln"], None)],
    "hubspot": [("Fay Fox", ["fay@x.example"], ["+442079460018"], "1980-05-03", ["YO1 7HH York"], None), ("Gus Goe", ["gus@x.example"], [], "", [], LEFT)],
    "klaviyo": [
        ("Hal Hay", ["hal@x.example"], ["+14155550100"], "", ["78701 Austin"], YES), ("Ida Ivy", ["ida@x.example"], [], "", [], LEFT),
        ("Jo Jay", ["jo@x.example"], [], "", [], None),
    ],
    "mailchimp_audience": [("Ka Kay", ["ka@x.example"], [], "--05-03", [""], YES)],
    "mailchimp_unsubscribed": [("A B", ["u1@example.com"], [], "", [], LEFT)],
    "square_customers": [("Lea Low", ["lea@x.example"], ["+14155550101"], "--05-03", ["78701 Austin"], YES), ("Max Moe", ["max@x.example"], [], "", [], LEFT)],
    "woo_customers": [("Ola Ost", ["ola@x.example"], [], "", ["0150 Oslo"], None)],
    "salesforce": [
        ("Rita Ray", ["rita@x.example"], ["+14155550102", "+14155550103"], "1980-03-05", ["78701 Austin"], None),
        ("Sam Sun", ["sam@x.example"], [], "", [], LEFT),
    ],
    "thunderbird_de": [("Tom Tal", ["tom@x.example", "tom2@x.example"], ["+491701234567", "+4930901820", "+4930901821"], "1980-05-03", ["89073 Ulm"], None)],
    "facebook_leads": [("Uli Ulm", ["uli@x.example"], ["+491701234567"], "", ["Ulm"], None)],
    "spanish": [("Ana García López", ["ana@x.example"], ["+34911234567", "+34600123456"], "1980-05-03", ["28013 Madrid"], YES)],
    "french": [("Élise Dupont", ["elise@x.example"], ["+33612345678"], "1980-05-03", ["75001 Paris"], None)],
    "italian": [("Luca Rossi", ["luca@x.example"], ["+493331234567"], "1980-05-03", ["00184 Roma"], YES)],
    "dutch": [("Jan van der Berg", ["jan@x.example"], ["+49612345678"], "1980-05-03", ["1234 AB Utrecht"], None)],
    "portuguese": [("Maria Silva", ["maria@x.example"], ["+49912345678"], "1980-05-03", ["1100-048 Lisboa"], None)],
    "swedish": [("Åsa Öst", ["asa@x.example"], ["+49701234567"], "1980-05-03", ["111 22 Stockholm"], None)],
    "without_header": [
        ("Ann Abel", ["ann@x.example"], ["+491701234567"], "", [], None), ("Bo Berg", ["bo@x.example"], ["+491701234568"], "", [], None),
        ("Cy Clark", ["cy@x.example"], ["+491701234569"], "", [], None),
    ],
    "arabic_digits": [("علي", ["ali@x.example"], ["+491701234567"], "1980-05-03", [], None)],
    "brevo": [("Wim Wit", ["w@x.example"], ["+31612345678"], "", [], YES), ("Xia Xu", ["x@x.example"], [], "", [], LEFT)],
    "listmonk_export": [("Yan Yu", ["y@x.example"], [], "", [], YES), ("Zoe Zu", ["z@x.example"], [], "", [], LEFT)],
    "ghost_export": [("A One", ["a1@x.example"], [], "", [], YES), ("A Two", ["a2@x.example"], [], "", [], None)],
    "substack": [("S One", ["s1@x.example"], [], "", [], None)],
    "kit": [("Kit", ["k1@x.example"], [], "", [], YES), ("Kat", ["k2@x.example"], [], "", [], LEFT), ("Kut", ["k3@x.example"], [], "", [], None)],
    "lost_zero": [("Ann", ["ann@x.example"], ["+491701234567"], "", ["1234"], None), ("Bob", ["bob@x.example"], ["+14155550100"], "", ["2134"], None)],
}  # fmt: skip


def _known_of(person: Person) -> tuple[str, list[str], list[str], str, list[str], bool | None]:
    said = person.consents.filter(channel="email", purpose="marketing").values_list("is_given", flat=True)
    birthday = person.occasions.filter(kind="birthday").first()
    return (
        person.full_name,
        list(person.emails.order_by("pk").values_list("address", flat=True)),
        list(person.phones.order_by("pk").values_list("e164", flat=True)),
        str(birthday.date) if birthday else "",
        [f"{place.postcode} {place.city}".strip() for place in person.addresses.order_by("pk")],
        next(iter(said), None),
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_an_address_book_or_a_mailing_tool_brings_everybody_with_all_that_it_says(name: str) -> None:
    a_business()
    answer = taken_in(LAYOUTS / f"{name}.csv")
    assert [_known_of(person) for person in Person.objects.order_by("pk")] == EXPECTED[name]
    assert answer["refused_rows"] == []
    assert taken_in(LAYOUTS / f"{name}.csv")["people"]["new"] == 0


# file: orders, lines, refunds, net total in the currency of the business
SALES = {
    "etsy_orders": ("USD", 1, 0, 0, "48.30"), "etsy_items": ("USD", 1, 2, 0, "48.30"), "woo_orders": ("EUR", 2, 3, 0, "35.00"),
    "square_transactions": ("USD", 1, 0, 0, "12.88"), "square_items": ("USD", 1, 2, 1, "7.00"), "eventbrite_full": ("EUR", 1, 1, 0, "20.00"),
}  # fmt: skip


@pytest.mark.parametrize("name", SALES)
def test_a_shop_or_a_till_brings_its_orders_each_once(name: str) -> None:
    currency, orders, lines, refunds, net = SALES[name]
    a_business(currency)
    answer = taken_in(LAYOUTS / f"{name}.csv")
    assert (answer["orders"]["new"], answer["lines"], answer["refunds"]) == (orders, lines, refunds)
    assert answer["net_total"] == {"amount": net, "currency": currency}
    assert taken_in(LAYOUTS / f"{name}.csv")["orders"]["new"] == 0


def test_etsys_two_files_of_one_order_are_one_order() -> None:
    a_business("USD")
    taken_in(LAYOUTS / "etsy_orders.csv")
    again = taken_in(LAYOUTS / "etsy_items.csv")
    assert (again["orders"]["new"], Order.objects.get().lines.count()) == (0, 2)
    order = Order.objects.get()
    assert (float(order.paid_amount), order.bought_on.isoformat()) == (48.3, "2026-05-01")


def test_an_address_that_bounced_is_marked_and_says_no_yes() -> None:
    a_business()
    taken_in(LAYOUTS / "klaviyo.csv")
    taken_in(LAYOUTS / "kit.csv")
    assert set(Email.objects.filter(is_bad=True).values_list("address", flat=True)) == {"jo@x.example", "k3@x.example"}


def test_tags_and_numbers_of_other_systems_are_kept() -> None:
    a_business()
    taken_in(LAYOUTS / "google_old.csv")
    taken_in(LAYOUTS / "hubspot.csv")
    assert list(PersonTag.objects.values_list("tag__name", flat=True)) == ["VIP"]
    assert set(ExternalId.objects.values_list("external_id", flat=True)) == {"101", "102"}


def test_a_row_with_one_address_of_two_keeps_its_parts_together(tmp_path: Path) -> None:
    a_business()
    text = "Name,Email,Home Street,Home City,Home Postal Code,Business Street,Business City,Business Postal Code\nAnn,a@x.example,Weg 1,,,Platz 2,Ulm,89073\nBo,b@x.example,,,,Platz 3,Ulm,89073\n"
    taken_in(a_file(tmp_path, text))
    ann, bo = Person.objects.order_by("pk")
    assert [(one.lines, one.city) for one in ann.addresses.order_by("pk")] == [("Weg 1", ""), ("Platz 2", "Ulm")]
    assert [(one.lines, one.city) for one in bo.addresses.all()] == [("Platz 3", "Ulm")]


def test_a_postcode_that_lost_its_zero_is_told_and_kept_as_written() -> None:
    a_business()
    answer = taken_in(LAYOUTS / "lost_zero.csv")
    told = next(one["text"] for one in answer["questions"] if one["kind"] == "postcodes")
    assert "1234" in told
    assert "2134" in told
    assert set(Person.objects.values_list("addresses__postcode", flat=True)) == {"1234", "2134"}
