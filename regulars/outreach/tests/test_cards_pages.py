"""The pages about cards: what they show, what their buttons do, and that looking changes nothing."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from regulars.kit import services as kit
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.models import CardPicture, LeavingToken, Printer, PrintRun, State, Stationery, Touch
from regulars.outreach.pictures import checked, png, size_of, without_paper
from regulars.outreach.services import printing
from regulars.outreach.tests.builders import a_card, a_person, a_shop, states, the_owner
from regulars.staff.services import add_staff

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def owner(client):
    a_shop(country="DE")
    user = the_owner()
    client.force_login(user)
    return user


def form_of(client):
    """What the page would send: its token and the cards that are ticked."""
    text = client.get("/cards/").text
    ticked = re.findall(r'name="card" value="([^"]+)" checked', text)
    token = re.search(r'name="token" value="([^"]+)"', text)
    return {"token": token[1] if token else "", "card": ticked, "sheet": "card-quarter-a4", "start_at": "1"}


def begun(client):
    reply = client.post("/cards/runs/", form_of(client))
    assert reply.status_code == 303, reply.text
    return PrintRun.objects.latest("pk")


def test_the_page_shows_what_is_due_by_kind_and_who_lacks_an_address(client, owner):
    a_card(a_person("Anneke Noordman"), programme="birthday", purpose="greeting", subject="Happy birthday")
    a_card(a_person("Bo Birk"), place=None)
    page = client.get("/cards/").text
    assert "2 cards for this week." in page
    assert page.index("Birthdays") < page.index("Thank-yous")
    assert "Linienstr. 12 · 10178 Berlin" in page
    assert "We have no postal address." in page
    assert len(form_of(client)["card"]) == 1


def test_the_page_asks_as_often_for_many_cards_as_for_few(client, owner, django_assert_max_num_queries):
    for number in range(12):
        a_card(a_person(f"Guest {number}"))
    client.get("/cards/")  # what the frame counts is then kept
    with django_assert_max_num_queries(18):
        client.get("/cards/")


def test_the_empty_page_says_how_to_begin(client, owner):
    assert "No cards wait" in client.get("/cards/").text


def test_a_run_from_the_page_to_the_last_card(client, owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    run = begun(client)
    page = client.get(f"/cards/runs/{run.pk}/").text
    assert "Did they come out?" in page
    assert client.get(f"/cards/runs/{run.pk}/sheets/").content.startswith(b"%PDF")
    piece = run.pieces.get(touch=cards[1])
    assert client.get(reverse("outreach:piece-preview", args=[run.pk, piece.pk])).content.startswith(PNG)
    reply = client.post(f"/cards/runs/{run.pk}/results/", {"said": "some", "spoilt": [piece.pk]}, follow=True)
    assert "1 card is printed. 1 is to be printed again." in reply.text
    assert states(cards) == [State.SENT, State.APPROVED]
    first = run.pieces.get(touch=cards[0])
    reply = client.post(f"/cards/runs/{run.pk}/repeats/", {"piece": first.pk, "token": "again"})
    assert PrintRun.objects.get(again_of=run).size == 1


def test_looking_at_a_run_as_often_as_one_likes_prints_and_sends_nothing(client, owner):
    card = a_card(a_person())
    run = begun(client)
    files = {client.get(f"/cards/runs/{run.pk}/sheets/").content for _time in range(3)}
    assert len(files) == 1
    assert states([card]) == [State.APPROVED]


def test_envelopes_and_labels_of_a_run_begin_where_the_sheet_is_free(client, owner):
    a_card(a_person())
    run = begun(client)
    labels = client.get(f"/cards/runs/{run.pk}/sheets/", {"sheet": "label-l7160", "start_at": "4"})
    fresh = client.get(f"/cards/runs/{run.pk}/sheets/", {"sheet": "label-l7160"})
    assert labels.content.startswith(b"%PDF")
    assert labels.content != fresh.content
    assert client.get(f"/cards/runs/{run.pk}/sheets/", {"sheet": "no-such-sheet"}).status_code == 404
    assert client.get(f"/cards/runs/{run.pk}/sheets/", {"start_at": "-5"}).status_code == 200


def test_all_but_those_ticked_with_none_ticked_changes_nothing(client, owner):
    card = a_card(a_person())
    run = begun(client)
    assert "Tick the cards" in client.post(f"/cards/runs/{run.pk}/results/", {"said": "some"}, follow=True).text
    assert states([card]) == [State.APPROVED]


def test_a_refused_run_says_why_on_the_page(client, owner):
    a_card(a_person())
    form = form_of(client)
    begun(client)
    reply = client.post("/cards/runs/", {**form, "token": "another tab"})
    assert reply.status_code == 422
    assert "another run" in reply.text
    assert client.post("/cards/runs/", {**form, "sheet": "nonsense"}).status_code == 422


def test_nothing_printed_puts_the_cards_back(client, owner):
    card = a_card(a_person())
    run = begun(client)
    client.post(f"/cards/runs/{run.pk}/returns/")
    assert states([card]) == [State.APPROVED]
    assert len(form_of(client)["card"]) == 1


def test_a_preview_writes_no_link_down(client, owner):
    kit.change_business(public_address="https://boutique.example")
    printing.change_stationery({"qr": "link"}, owner)
    card = a_card(a_person())
    assert client.get(reverse("outreach:card-preview", args=[card.pk])).content.startswith(PNG)
    assert not LeavingToken.objects.exists()
    run = begun(client)
    assert run.pieces.get().qr.startswith("https://boutique.example/leave/")
    letter = services.plan_touches([services.NewTouch(card.person_id, "x", "y", body="Hello")]).ids[0]
    assert client.get(reverse("outreach:card-preview", args=[letter])).status_code == 404


@pytest.mark.parametrize(
    ("qr", "to", "expected"),
    [("tel", "030 1234-5", "tel:03012345"), ("sms", "+49 170 1", "sms:+491701"), ("mailto", "a@b.de", "mailto:a@b.de")],
)
def test_the_code_on_a_card_works_without_a_public_address(client, owner, qr, to, expected):
    reply = client.post(
        "/cards/look/",
        {"motif": "sprig", "font": "hand", "accent": "#336644", "qr": qr, "qr_to": to, "qr_says": "Hello"},
    )
    assert reply.status_code == 303
    a_card(a_person())
    assert begun(client).pieces.get().qr == expected


def test_a_code_without_a_number_is_refused(client, owner):
    reply = client.post("/cards/look/", {"motif": "waves", "font": "hand", "accent": "#336644", "qr": "tel"})
    assert reply.status_code == 422
    assert "which number" in reply.text


def test_days_without_post_are_read_and_what_is_no_day_is_named(client, owner):
    form = {"card_amount": "1.20", "abroad_amount": "1.10", "making_days": 1, "home_days": 2, "abroad_days": 7}
    assert client.post("/cards/post/", {**form, "holidays": "25.12.\n2026-04-03"}).status_code == 303
    assert Stationery.objects.get().holidays == ["12-25", "2026-04-03"]
    reply = client.post("/cards/post/", {**form, "holidays": "25.13. soon"})
    assert reply.status_code == 422
    assert "This is no day: 25.13., soon." in reply.text


def test_what_was_measured_is_kept_and_goes_into_the_next_run(client, owner):
    form = {"name": "Brother", "paper": "A4", "dx_mm": "1.5", "dy_mm": "-0.5"}
    form |= {"scale_x": "1.001", "scale_y": "1", "skew_deg": "0", "envelope_turn": "90"}
    assert client.post("/cards/printer/", form).status_code == 303
    assert client.get("/cards/printer/page/").content.startswith(b"%PDF")
    a_card(a_person())
    assert begun(client).printer["dx_mm"] == Printer.objects.get().dx_mm
    reply = client.post("/cards/printer/", {**form, "dx_mm": "99"})
    assert reply.status_code == 422
    assert "measure again" in reply.text


def a_scan(width=60, height=30) -> bytes:
    """A yellowish sheet with a dark blue stroke on it."""
    line = bytearray()
    for y in range(height):
        line.append(0)
        for x in range(width):
            is_ink = 10 <= y < 20 and 20 <= x < 40
            line += bytes((20, 30, 90) if is_ink else (250, 244, 225))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(line))),
        (b"IEND", b""),
    )
    packed = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts)
    return PNG + b"".join(packed)


def test_a_signature_is_the_ink_without_the_paper():
    found = without_paper(a_scan(), "picture")
    pixels = png.read(found.content)
    assert (found.width, found.height) == size_of(found.content, "picture") == (28, 18)
    assert pixels[0, 0, 3] == 0
    assert pixels[9, 14, 3] > 250
    assert pixels[9, 14, 2] > pixels[9, 14, 0]


def test_what_is_no_picture_is_refused_by_what_is_in_it():
    for content in (
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        PNG + b"\0" * 60,
        a_scan()[:90],
        b"\xff\xd8\xff\xe0",
        b"GIF89a" + b"\0" * 20,
    ):
        with pytest.raises(Refusal):
            checked(content, "picture")
    assert checked(a_scan(), "picture").width == 60


def test_an_empty_sheet_is_no_signature(client, owner):
    blank = SimpleUploadedFile("s.png", _blank(), "image/png")
    reply = client.post("/cards/look/pictures/", {"kind": "signature", "picture": blank})
    assert reply.status_code == 422
    assert "No ink" in reply.text
    assert not CardPicture.objects.exists()


def _blank() -> bytes:
    lines = (b"\0" + b"\xff" * 180) * 30
    head = struct.pack(">IIBBBBB", 60, 30, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return PNG + b"".join(struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts)


def test_a_signature_is_kept_encrypted_and_shown_to_few(client, owner):
    upload = SimpleUploadedFile("sig.png", a_scan(), "image/png")
    assert client.post("/cards/look/pictures/", {"kind": "signature", "picture": upload}).status_code == 303
    assert client.get("/cards/look/pictures/signature/").content.startswith(PNG)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM outreach_cardpicture")
        assert cursor.fetchone()[0].startswith("gAAAA")
    assert printing.stationery().signature is not None
    client.post("/cards/look/pictures/", {"kind": "signature", "away": "1"})
    assert printing.stationery().signature is None
    clerk = add_staff(email="clerk@example.org", display_name="Cleo", role="staff")
    client.force_login(clerk)
    assert client.get("/cards/look/pictures/signature/").status_code == 403
    assert client.get("/cards/").status_code == 200
    assert client.post("/cards/runs/", {}).status_code == 403


def test_the_words_of_a_printed_card_go_with_an_erased_person(client, owner):
    from regulars.people.services import erase_person

    person = a_person("Anneke Noordman")
    a_card(person)
    run = begun(client)
    erase_person(person, by=owner)
    piece = run.pieces.get()
    assert (piece.words, piece.to_lines, piece.greeting) == ("", [], "")
    assert Touch.objects.get().state == State.CANCELLED


def test_envelopes_begin_at_their_only_place_and_a_label_the_sheet_has_not_is_said_in_words(owner, client):
    card = a_card(a_person())
    run = printing.begin_run(printing.NewRun("t", "card-quarter-a4", {card.pk: card.draft_hash}), owner)
    envelopes = client.get(f"/cards/runs/{run.pk}/sheets/", {"sheet": "envelope-c6", "start_at": "4"})
    assert envelopes.content.startswith(b"%PDF")
    page = client.get(f"/cards/runs/{run.pk}/sheets/", {"sheet": "label-l7160", "start_at": "30"}, follow=True).text
    assert "This sheet has 21 places: start at one of them." in page
