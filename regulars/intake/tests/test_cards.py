"""Contact cards of every program and every version, broken ones too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.intake.models import ImportRun
from regulars.intake.reading.card_days import day_of
from regulars.intake.services import confirm, execute, preview
from regulars.intake.tests.builders import REAL, a_business, a_file, reasons, taken_in
from regulars.people.models import ExternalId, Note, Occasion, Person, PersonKind, PersonTag
from regulars.staff.tests.builders import an_owner

pytestmark = pytest.mark.django_db


def a_card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def from_card(folder: Path, *lines: str, version: str = "3.0") -> Person:
    """The one person of a card."""
    a_business()
    taken_in(a_file(folder, a_card(*lines, version=version), "card.vcf"))
    return Person.objects.get()


def test_a_card_brings_everything_it_says(tmp_path: Path) -> None:
    ann = from_card(
        tmp_path, "UID:urn:uuid:8b574c60-fd7f-4e99-b584-c5db131ae687", "FN:Dr. Ann van der Berg", "N:van der Berg;Ann;;Dr.;",
        "EMAIL;TYPE=WORK:ann@firm.example", "EMAIL;TYPE=HOME;PREF=1:Ann@Home.example",
        "item1.TEL:+49 30 901820", "item1.X-ABLabel:Workshop", "TEL;TYPE=CELL,PREF:+49 170 1234567", "TEL;TYPE=WORK,FAX:+49 30 901821",
        "ADR;TYPE=WORK:;;Dorfplatz 2;Gouda;;2801 AA;Netherlands", "ADR;TYPE=HOME:;Hinterhaus;Lindenweg 1;Berlin;;10115;Germany",
        "BDAY;VALUE=date:--0412", "item2.X-ABDATE:2009-08-08", "item2.X-ABLabel:_$!<Anniversary>!$_",
        "CATEGORIES:VIP,Silk", "NOTE:Likes tea\\, green.\\nTwice a week.", "ORG:Blum & Co;Sales", "TITLE:Buyer", "LANG:de", "TZ:Europe/Berlin",
        "item3.X-ABRELATEDNAMES:Bo", "item3.X-ABLabel:_$!<Spouse>!$_", "PHOTO;ENCODING=b;TYPE=JPEG:Zm9v", "X-SOMETHING;ODD=1:odd",
        version="4.0",
    )  # fmt: skip
    assert (ann.full_name, ann.given_name, ann.family_name, ann.salutation) == (
        "Dr. Ann van der Berg",
        "Ann",
        "van der Berg",
        "Dr.",
    )
    assert (ann.language, ann.zone) == ("de", "Europe/Berlin")
    emails, phones = ann.emails.order_by("pk"), ann.phones.order_by("pk")
    assert list(emails.values_list("address", "label")) == [("ann@home.example", "home"), ("ann@firm.example", "work")]
    assert list(phones.values_list("e164", "label")) == [
        ("+491701234567", "mobile"),
        ("+4930901820", "Workshop"),
        ("+4930901821", "fax"),
    ]
    places = list(ann.addresses.order_by("pk").values_list("lines", "city", "postcode", "country", "label"))
    assert places == [
        ("Hinterhaus\nLindenweg 1", "Berlin", "10115", "DE", "home"), ("Dorfplatz 2", "Gouda", "2801 AA", "NL", "work"),
    ]  # fmt: skip
    days = set(Occasion.objects.values_list("kind", "month", "day", "year"))
    assert days == {("birthday", 4, 12, None), ("anniversary", 8, 8, 2009)}
    assert set(PersonTag.objects.values_list("tag__name", flat=True)) == {"VIP", "Silk"}
    note = Note.objects.get().text
    assert note.startswith("Likes tea, green.\nTwice a week.")
    assert all(part in note for part in ("Blum & Co, Sales", "Buyer", "Spouse: Bo"))
    assert not ann.consents.exists()


def test_the_same_card_again_brings_it_up_to_date_and_makes_nobody_twice(tmp_path: Path) -> None:
    a_business()
    card = ["UID:urn:uuid:8b574c60-fd7f-4e99-b584-c5db131ae687", "FN:Ann Abel", "TEL:+49 170 1234567"]
    taken_in(a_file(tmp_path, a_card(*card), "one.vcf"))
    again = taken_in(a_file(tmp_path, a_card(*card[:1], "FN:Ann Abel-Berg", "EMAIL:ann@x.example"), "two.vcf"))
    assert again["people"] == {"new": 0, "matched": 1, "refused": 0}
    assert Person.objects.get().emails.get().address == "ann@x.example"
    assert ExternalId.objects.get().external_id == "8b574c60-fd7f-4e99-b584-c5db131ae687"


def test_cards_looked_over_on_the_page_lose_nothing(tmp_path: Path, client: Client) -> None:
    a_business()
    client.force_login(an_owner())
    card = a_card("FN:Ann Abel", "TEL;TYPE=FAX:+49 30 901821", "ADR:;;Weg 1;Ulm;;89073;", "ADR:;;Platz 2;Bonn;;53111;")
    client.post("/intake/", {"file": SimpleUploadedFile("ann.vcf", card.encode())})
    run = ImportRun.objects.get()
    page = client.get(f"/intake/runs/{run.pk}/").content.decode()
    assert "Ann Abel" in page
    assert "beyond the columns" not in page
    columns = {f"column:{column.name}": column.field for column in preview(run).columns}
    reply = client.post(
        f"/intake/runs/{run.pk}/agreements/", {**columns, "column:beyond the columns": "", "agree": "yes"}
    )
    assert reply.status_code in {200, 303}
    if ImportRun.objects.get().state == "waiting":
        confirm(ImportRun.objects.get())
    execute(ImportRun.objects.get())
    ann = Person.objects.get()
    assert (ann.addresses.count(), ann.phones.get().label) == (2, "fax")


def test_a_short_number_that_two_programs_gave_is_not_one_person(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, a_card("UID:1", "FN:Ann Abel"), "one.vcf"))
    assert taken_in(a_file(tmp_path, a_card("UID:1", "FN:Bo Berg"), "two.vcf"))["people"]["new"] == 1


def test_version_2_1_with_quoted_printable_soft_breaks_and_bare_words(tmp_path: Path) -> None:
    jose = from_card(
        tmp_path, "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Mu=C3=B1oz;Jos=C3=A9;;;", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 Mu=", "=C3=B1oz",
        "TEL;CELL;PREF:0170 1234567", "TEL;WORK;FAX:030 901821", "EMAIL;INTERNET;HOME:jose@x.example",
        "ADR;WORK;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:;;M=FCnster =", "Str. 1;M=FCnster;;48143;Deutschland",
        "PHOTO;ENCODING=BASE64;JPEG:", " /9j/4AAQ", "SkZJRg==", "", "NOTE:after the picture", version="2.1",
    )  # fmt: skip
    assert (jose.full_name, jose.given_name) == ("José Muñoz", "José")
    assert list(jose.phones.order_by("pk").values_list("label", flat=True)) == ["mobile", "fax"]
    assert jose.addresses.values_list("lines", "city", "postcode", "country").get() == (
        "Münster Str. 1",
        "Münster",
        "48143",
        "DE",
    )
    assert Note.objects.get().text == "after the picture"


@pytest.mark.parametrize("letters", ["latin-1", "cp1252", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_whatever_the_letters_and_the_line_ends(tmp_path: Path, letters: str, ending: str) -> None:
    a_business()
    text = a_card("FN:Jürgen Groß", "EMAIL:j@x.example").replace("\r\n", ending)
    taken_in(a_file(tmp_path, text, "card.vcf", letters))
    assert Person.objects.get().full_name == "Jürgen Groß"


def test_several_cards_one_that_never_ends_and_one_with_a_raw_line_break(tmp_path: Path) -> None:
    a_business()
    text = (
        "junk\n"
        + a_card("FN:Ann", "EMAIL:ann@x.example")
        + "BEGIN:VCARD\nFN:Bo\nEMAIL:bo@x.example\nNOTE:one\ntwo: three\n"
    )
    text += (
        "BEGIN:VCARD\nEMAIL;X-ODD:cy@x.example\nURL:http\\://x.example\nADR:;;Weg 1;Ulm;;89073;\nEND:VCARD\n"
        + a_card("UID:only")
    )
    answer = taken_in(a_file(tmp_path, text, "all.vcf"))
    assert (answer["format"], answer["rows"], answer["people"]["new"]) == ("vcard", 4, 3)
    assert "no name" in reasons(answer)[4]
    assert Note.objects.get(person__full_name="Bo").text == "one\ntwo: three"


def test_a_firm_is_an_entry_of_another_kind_and_a_group_becomes_a_tag_of_its_members(tmp_path: Path) -> None:
    a_business()
    text = (
        a_card("UID:urn:uuid:03a0e51f-d1aa-4385-8a53-e29025acd8af", "FN:Ann Abel", version="4.0")
        + a_card("KIND:org", "FN:Blum & Co", "ORG:Blum & Co", "EMAIL:office@blum.example", version="4.0")
        + a_card("FN:Stoffe GmbH", "ORG:Stoffe GmbH", "TEL:+49 30 901820")
        + a_card("KIND:group", "FN:Choir", "MEMBER:urn:uuid:03a0e51f-d1aa-4385-8a53-e29025acd8af", version="4.0")
    )
    answer = taken_in(a_file(tmp_path, text, "all.vcf"))
    assert (answer["people"]["new"], answer["people"]["refused"]) == (3, 1)
    assert "group" in reasons(answer)[4]
    assert PersonTag.objects.get(tag__name="Choir").person.full_name == "Ann Abel"
    assert set(PersonKind.objects.values_list("person__full_name", "kind")) == {
        ("Ann Abel", "customer"), ("Blum & Co", "other"), ("Stoffe GmbH", "other"),
    }  # fmt: skip


def test_a_card_as_json_and_as_xml(tmp_path: Path) -> None:
    a_business()
    jcard = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Ann Abel"], ["n", {}, "text", ["Abel", "Ann", "", "", ["M.A.", "jr."]]],
                       ["tel", {"type": ["work", "voice"]}, "uri", "tel:+1-418-656-9254;ext=102"], ["bday", {}, "date-and-or-time", "--02-03"]]]  # fmt: skip
    taken_in(a_file(tmp_path, json.dumps([jcard]), "cards.json"))
    xml = '<?xml version="1.0"?><vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0"><vcard><fn><text>Bo Berg</text></fn><n><surname>Berg</surname><given>Bo</given></n><email><text>bo@x.example</text></email><adr><locality>Ulm</locality><code>89073</code></adr></vcard></vcards>'
    taken_in(a_file(tmp_path, xml, "cards.xml"))
    ann, bo = Person.objects.order_by("pk")
    assert (ann.family_name, ann.phones.get().e164, ann.occasions.get().month_day) == ("Abel", "+14186569254", 203)
    assert (bo.full_name, bo.given_name, bo.addresses.get().postcode) == ("Bo Berg", "Bo", "89073")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19850412", "1985-04-12"), ("1985-04-12", "1985-04-12"), ("1985-04-12T10:22:00Z", "1985-04-12"), ("19961022T140000-0500", "1996-10-22"),
        ("--0412", "--04-12"), ("--04-12", "--04-12"), ("02-10", "--02-10"), ("--0229", "--02-29"), ("16040412", "--04-12"), ("1753-05-03", "--05-03"),
        ("1900-01-01", "--01-01"), ("0000-12-24", "--12-24"), ("4 May 1980", "1980-05-04"), ("1900-01-02", "1900-01-02"),
        ("---22", ""), ("1985-04", ""), ("1985", ""), ("T102200", ""), ("foo", ""), ("", ""), ("20210229", ""), ("circa 1800", ""),
    ],
)  # fmt: skip
def test_a_day_with_or_without_its_year(text: str, day: str) -> None:
    assert str(day_of(text) or "") == day


def test_a_year_that_a_program_made_up_is_left_out(tmp_path: Path) -> None:
    ann = from_card(tmp_path, "FN:Ann", "BDAY;X-APPLE-OMIT-YEAR=1984:1984-04-16")
    assert ann.occasions.values_list("month", "day", "year").get() == (4, 16, None)


def test_a_birthday_that_is_no_day_of_a_year_is_kept_as_it_was_written(tmp_path: Path) -> None:
    ann = from_card(tmp_path, "FN:Ann", "BDAY:1985-04")
    assert not ann.occasions.exists()
    assert "1985-04" in Note.objects.get().text


REAL_CARDS = REAL / "vcards"


@pytest.mark.skipif(not REAL_CARDS.exists(), reason="the real cards are not on this machine")
def test_every_real_card_is_taken_in_or_named_with_its_reason(tmp_path: Path) -> None:
    a_business()
    files = sorted(path for path in REAL_CARDS.rglob("*") if path.suffix in {".vcf", ".xml", ".json"})
    assert len(files) > 100
    cards = people = refused = 0
    for path in files:
        answer = taken_in(path)
        assert answer["format"] == "vcard", path
        told = answer["people"]
        same = 1 if "ForgivingLeading" in path.name else 0  # its two cards say the same name and nothing else
        assert answer["rows"] == told["new"] + told["matched"] + told["refused"] + same, path
        assert all(row["reason"] for row in answer["refused_rows"])
        cards, people, refused = (
            cards + answer["rows"],
            people + told["new"] + told["matched"],
            refused + told["refused"],
        )
    assert (cards, people, refused) == (135, 102, 32)


# file: people, e-mail addresses, numbers, postal addresses of all of them
COUNTS = {
    "gmail-list.vcf": (3, 3, 0, 0), "gmail-single.vcf": (1, 1, 2, 2), "gmail-single2.vcf": (1, 5, 11, 5), "fullcontact.vcf": (1, 5, 9, 4),
    "John_Doe_ANDROID.vcf": (6, 4, 7, 0), "John_Doe_EVOLUTION.vcf": (1, 1, 2, 1), "John_Doe_GMAIL.vcf": (1, 1, 2, 1),
    "John_Doe_MAC_ADDRESS_BOOK.vcf": (1, 1, 7, 2), "John_Doe_MS_OUTLOOK.vcf": (1, 1, 2, 2), "outlook-2007.vcf": (1, 1, 4, 1),
    "rfc6350-example.vcf": (1, 1, 2, 1), "rfc6351-example.xml": (1, 1, 2, 1), "jcard-example.json": (1, 1, 2, 1), "issue114.vcf": (1, 1, 2, 1),
    "thunderbird-MoreFunctionsForAddressBook-extension.vcf": (1, 5, 5, 2),
}  # fmt: skip


@pytest.mark.skipif(not REAL_CARDS.exists(), reason="the real cards are not on this machine")
@pytest.mark.parametrize("name", COUNTS)
def test_a_real_card_brings_what_was_counted_by_hand(name: str) -> None:
    a_business()
    answer = taken_in(REAL_CARDS / "ez-vcard" / name)
    people = Person.objects.prefetch_related("emails", "phones", "addresses")
    found = [sum(len(getattr(one, kind).all()) for one in people) for kind in ("emails", "phones", "addresses")]
    assert (answer["people"]["new"], *found) == COUNTS[name]
    assert taken_in(REAL_CARDS / "ez-vcard" / name)["people"]["new"] == 0
