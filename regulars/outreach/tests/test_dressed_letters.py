"""A letter in blocks from the wording to the wire: approved as shown, pictures with it, and the same words in both parts."""

from __future__ import annotations

import email
import email.policy
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.services import change_business
from regulars.outreach import queries, services
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.envelopes import Stationery
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.letters import Letter, Sender
from regulars.outreach.channels.email.web import as_message
from regulars.outreach.models import Picture, State, Touch
from regulars.outreach.tests.builders import a_person, a_shop, approved, the_owner

pytestmark = pytest.mark.django_db


def a_png(width: int = 3, height: int = 2, *, remark: bytes = b"") -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + b"\x40\x80\x60" * width for _row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    remarks = chunk(b"tEXt", remark) if remark else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + remarks
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def a_jpeg(remark: bytes = b"") -> bytes:
    """Not a picture one could look at, but built as one: camera's remarks, frame, scan, end."""

    def segment(mark: int, content: bytes) -> bytes:
        return bytes((0xFF, mark)) + struct.pack(">H", len(content) + 2) + content

    tiff = b"II*\0" + struct.pack("<IHHHIHH", 8, 1, 0x0112, 3, 1, 6, 0) + b"\0\0\0\0" + remark
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + segment(0xE1, b"Exif\0\0" + tiff)
        + segment(0xFE, remark or b"x")
        + segment(0xC0, b"\x08\x00\x02\x00\x03\x01\x01\x11\x00")
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x12\x34\xff\xd9"
        + b"<script>behind the picture</script>"
    )


def a_picture(content: bytes | None = None) -> Picture:
    upload = SimpleUploadedFile("whatever.exe", content or a_png())
    return services.keep_picture(upload, "A scarf", the_owner())


def in_blocks(picture: Picture | None = None, **changes):
    blocks = [
        {"kind": "heading", "text": "For {{ first_name }}"},
        {"kind": "text", "text": "{{ greeting }},\n\nit is ready."},
        {"kind": "button", "label": "Call us", "url": "tel:+4930123456"},
        {"kind": "signature", "text": "{{ signature }}"},
    ]
    if picture:
        blocks.insert(1, {"kind": "picture", "picture": picture.name, "alt": "A scarf"})
    usual = {
        "subject": "Ready, {{ first_name }}",
        "by": None,
        "name": "Ready",
        "blocks": {"theme": "colour", "blocks": blocks},
    }
    return services.save_wording("ready", **{**usual, **changes})


def a_letter_to(person, version) -> Touch:
    draft = services.draft_for(version, [person.pk]).ready[person.pk]
    planned = services.plan_touches([services.NewTouch(person.pk, "test", "1", wording="ready", **draft.for_touch())])
    return Touch.objects.get(pk=planned.ids[0])


def on_the_wire(touch: Touch) -> email.message.EmailMessage:
    touch.to_address, touch.message_id = "ann@example.org", "<1@boutique.example>"
    content = Stationery([touch], None).envelope(touch).content
    return email.message_from_bytes(content, policy=email.policy.default)


def part_of(message: email.message.EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_letter_in_blocks_leaves_as_it_was_approved():
    a_shop()
    version = in_blocks()
    touch = a_letter_to(a_person("Ann <b>"), version)
    assert touch.wording_version_id == version.pk
    assert touch.body == "For Ann\n\nDear Ann,\n\nit is ready.\n\nCall us: +4930123456\n\nMaya\nMaya's Boutique"
    assert approved([touch]).approved == [touch.pk]
    change_business(accent="#8a2f5f")
    message = on_the_wire(touch)
    html = part_of(message, "html")
    assert message["Subject"] == "Ready, Ann"
    assert 'href="tel:+4930123456"' in html
    assert "#8a2f5f" in html
    assert "{{" not in html + part_of(message, "plain")


def test_a_picture_travels_in_the_letter_or_stands_at_our_address(client):
    a_shop()
    picture = a_picture()
    touch = a_letter_to(a_person(), in_blocks(picture))
    message = on_the_wire(touch)
    inside = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in inside] == [f"<{picture.name}>"]
    assert inside[0].get_content() == bytes(picture.content)
    assert f'src="cid:{picture.name}"' in part_of(message, "html")
    change_business(public_address="https://shop.example")
    message = on_the_wire(touch)
    assert not [part for part in message.walk() if part.get_content_type() == "image/png"]
    address = f"/pictures/{picture.name}/"
    assert f'src="https://shop.example{address}"' in part_of(message, "html")
    reply = client.get(address)
    assert (reply.status_code, reply.content, reply["Content-Type"]) == (200, bytes(picture.content), "image/png")
    assert client.get("/pictures/nowhere/").status_code == 404


def test_a_service_on_the_web_is_given_the_pictures_too():
    a_shop()
    picture = a_picture()
    touch = a_letter_to(a_person(), in_blocks(picture))
    layout = layout_of(touch.blocks)
    dress = Wardrobe([layout], business()).dress(layout)
    sender = Sender("Maya", "maya@boutique.example")
    letter = Letter("<1@a.example>", "Ann", "ann@example.org", "Hi", touch.body, clock.now(), sender, dress=dress)
    message = as_message(letter, 1, next(iter(ESPS.values()))).message()
    inside = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in inside] == [f"<{picture.name}>"]


def test_a_picture_is_kept_once_without_what_a_camera_wrote_into_it():
    secret = b"52.5200 N 13.4050 E"
    first, again = a_picture(a_png(remark=secret)), a_picture(a_png())
    assert first.pk == again.pk
    jpeg = a_picture(a_jpeg(secret))
    content = bytes(jpeg.content)
    assert secret not in content
    assert b"script" not in content
    assert content.endswith(b"\xff\xd9")
    assert b"Exif\0\0MM\0*" in content
    assert content[content.index(b"Exif") + 24 + 1] == 6
    assert (jpeg.width, jpeg.height, jpeg.ending) == (3, 2, "jpg")


@pytest.mark.parametrize("content", [b"<svg/>", b"GIF89a", b"", a_png()[:30], b"x" * 400_001])
def test_what_is_no_picture_for_a_letter_is_refused(content):
    with pytest.raises(Refusal):
        services.keep_picture(SimpleUploadedFile("a.png", content), "", None)
    assert not Picture.objects.exists()


def test_the_logo_travels_with_every_letter_in_blocks(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    shop = a_shop()
    shop.logo.save("business/logo-test.png", SimpleUploadedFile("x.png", a_png(300, 100)))
    message = on_the_wire(a_letter_to(a_person(), in_blocks()))
    assert [part["Content-ID"] for part in message.walk() if part.get_content_type() == "image/png"] == ["<logo>"]
    html = part_of(message, "html")
    assert 'src="cid:logo"' in html
    assert 'width="168"' in html


def test_rewriting_one_letter_keeps_its_theme_and_says_the_same_twice():
    a_shop()
    touch = services.edit_draft(a_letter_to(a_person(), in_blocks()), "Ready", "Only this.\n\nMaya", None)
    message = on_the_wire(touch)
    assert "Only this." in part_of(message, "html")
    assert "it is ready" not in part_of(message, "html")
    assert part_of(message, "plain").startswith("Only this.")
    assert touch.blocks["theme"] == "colour"


def test_another_picture_in_a_letter_is_another_draft_to_say_yes_to():
    a_shop()
    person = a_person()
    touch = a_letter_to(person, in_blocks())
    seen = touch.draft_hash
    draft = services.draft_for(in_blocks(a_picture()), [person.pk]).ready[person.pk]
    services.refresh_drafts({touch.pk: (draft.subject, draft.text)}, {touch.pk: draft.layout.stored()})
    answer = services.approve([touch.pk], None, {touch.pk: seen})
    assert answer.changed == [touch.pk]
    touch.refresh_from_db()
    assert touch.state == State.PLANNED


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"kind": "text", "text": "{{ frist_name }}"}, "Did you mean “first_name”"),
        ({"kind": "text", "text": "{% if x %}"}, "cannot be read|no field"),
        ({"kind": "button", "label": "Go", "url": "javascript:alert(1)"}, "no address"),
        ({"kind": "picture", "picture": "0" * 32, "alt": "x"}, "not here any more"),
        ({"kind": "offer"}, "is empty"),
    ],
)
def test_blocks_that_could_not_be_sent_are_not_kept(block, sentence):
    with pytest.raises(Refusal, match=sentence):
        in_blocks(blocks={"blocks": [block]})


def test_an_offer_block_makes_it_an_offer():
    a_shop()
    version = in_blocks(
        blocks={"blocks": [{"kind": "text", "text": "Hi"}, {"kind": "offer", "title": "A coffee on us"}]}
    )
    assert version.wording.has_offer
    assert a_letter_to(a_person(), version).purpose == "marketing"


def test_versions_in_blocks_stay_as_they_were_used():
    a_shop()
    first = in_blocks()
    same = in_blocks()
    assert first.pk == same.pk
    plain = services.save_wording("ready", subject="Ready", body="Just words.", by=None)
    assert (plain.version, plain.blocks) == (2, {})
    first.refresh_from_db()
    assert len(first.blocks["blocks"]) == 4
    assert queries.latest("ready").pk == plain.pk
