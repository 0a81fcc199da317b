"""A service that prints and posts: each card once, whatever the service says or does not say."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pypdf import PdfReader

from regulars.kit.errors import Refusal
from regulars.outreach.channels.posted import lob
from regulars.outreach.models import MailOrder, PrintRun, State, Touch
from regulars.outreach.pictures import jpeg
from regulars.outreach.queries.printing import to_print
from regulars.outreach.services import posted, printing
from regulars.outreach.tests.builders import a_card, a_person, a_shop, states, the_owner
from regulars.outreach.tests.paper.pages import read, where
from regulars.outreach.tests.test_card_pictures import pixels

pytestmark = pytest.mark.django_db


class Service(ThreadingHTTPServer):
    """A service of Lob's shape: what it printed, by key; it can be made to be silent, broken or to say no."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.printed: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.mood = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Desk(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("latin-1")
        key = self.headers["Idempotency-Key"]
        self.server.asked.append((key, body))
        if self.server.mood == "no":
            return self._say(422, {"error": {"message": "address_line1 is required"}})
        if self.server.mood == "broken":
            return self._say(503, {})
        number = f"psc_{len(self.server.printed) + 1}"
        number = self.server.printed.setdefault(key, number)
        if self.server.mood == "silent":
            self.close_connection = True
            self.connection.close()
            return None
        said = {"id": number, "expected_delivery_date": "2026-06-16", "send_date": "2026-06-10T12:00:00Z"}
        return self._say(200, said)

    def do_DELETE(self) -> None:
        is_known = self.path.rpartition("/")[2] in self.server.printed.values()
        self._say(200 if is_known and self.server.mood != "late" else 422, {"deleted": is_known})

    def _say(self, status: int, said: Mapping[str, object]) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing on the terminal."""


@pytest.fixture
def service(settings) -> Iterator[Service]:
    settings.CALL_INSIDE = ("127.0.0.1",)
    server = Service()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def owner(db, service):
    a_shop(country="DE", postal_address="Maya\nTorstr. 1\n10119 Berlin")
    user = the_owner()
    posted.connect_service("lob", "test_key", user, service.address)
    return user


def handed_over(cards, owner, sheet="postcard-a6", token="form") -> PrintRun:
    run = printing.begin_run(printing.NewRun(token, sheet, {card.pk: card.draft_hash for card in cards}), owner)
    posted.begin_handing_over(run, owner)
    posted.hand_over(run)
    return run


def test_every_card_is_taken_on_once_under_its_own_key(owner, service):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    run = handed_over(cards, owner)
    assert states(cards) == [State.SENT, State.SENT]
    assert len(service.printed) == len({key for key, _body in service.asked}) == 2
    order = MailOrder.objects.get(touch=cards[0])
    assert (order.state, str(order.expected_on)) == ("taken", "2026-06-16")
    assert Touch.objects.get(pk=cards[0].pk).evidence["order"] == order.provider_id
    assert posted.hand_over(run) == 0
    with pytest.raises(Refusal, match="already"):
        posted.begin_handing_over(run, owner)


def test_words_are_never_markup_and_the_address_goes_in_its_parts(owner, service):
    handed_over([a_card(a_person("Ann <b>Archer"), body="Dear Ann,\n\n<script>1</script>\n\nMaya")], owner)
    body = service.asked[0][1]
    assert "<script>" not in body
    assert "<script>1</script>" in "".join(each.words for each in read(page_of(body, "back"))[0])
    assert re.search(r'name="to\[address_zip\]"\s+10178', body)


def page_of(body: str, name: str) -> bytes:
    """The page that was sent under a name."""
    _before, found, rest = body.partition(f'name="{name}"; filename="{name}.pdf"')
    assert found
    content = rest.partition("\r\n\r\n")[2]
    return content[: content.index("\r\n--")].encode("latin-1")


def test_a_card_goes_with_its_drawing_and_in_the_shops_hand_and_leaves_the_address_free(owner, service):
    printing.change_stationery({"front_words": "Merci", "accent": "#7a3b2e", "qr": "tel", "qr_to": "030 1"}, owner)
    handed_over([a_card(a_person("Ann Archer"))], owner)
    front, back = (page_of(service.asked[0][1], name) for name in ("front", "back"))
    for page in (front, back):
        box = PdfReader(io.BytesIO(page)).pages[0].mediabox
        assert (round(box.width / 72, 2), round(box.height / 72, 2)) == (6.25, 4.25)
    assert where(read(front)[0], "Merci")
    assert b"/Type/Font" not in back or b"Caveat" in back
    # Six inches by four, an eighth to be cut off; the service prints into the lower right corner.
    free = [said for said in read(back)[0] if said.x > 152.4 - 84 and said.y > 107.95 - 63]
    assert not free
    assert any("Dear Ann" in said.words for said in read(back)[0])
    plain = len(front)
    with_picture = printing.add_picture(jpeg.write(pixels(96, 64)), "front", owner)
    printing.choose_picture("front", with_picture, owner)
    handed_over([a_card(a_person("Bo Birk"))], owner, token="second")
    assert b"/DCTDecode" in page_of(service.asked[1][1], "front")
    assert len(page_of(service.asked[1][1], "front")) != plain


def test_words_too_long_for_a_posted_card_are_told_and_nothing_is_asked_for(owner, service):
    card = a_card(a_person("Ann Archer"), body="Dear Ann,\n\n" + "Thank you for it all. " * 40 + "\n\nMaya")
    handed_over([card], owner, sheet="card-side-a4")
    row = Touch.objects.get(pk=card.pk)
    assert row.state == State.FAILED
    assert "do not fit" in row.why
    assert not service.asked


def test_a_letter_goes_as_the_page_we_drew(owner, service):
    handed_over([a_card(a_person())], owner, sheet="letter-a4")
    assert "%PDF" in service.asked[0][1]


def test_silence_leaves_a_card_unknown_and_asking_again_makes_no_second_one(owner, service, frozen_clock):
    card = a_card(a_person())
    service.mood = "silent"
    handed_over([card], owner)
    assert states([card]) == [State.UNKNOWN]
    assert posted.ask_again() == 0
    service.mood = ""
    frozen_clock.ahead(minutes=11)
    assert posted.ask_again() == 1
    assert states([card]) == [State.SENT]
    assert len(service.printed) == 1
    assert len({key for key, _body in service.asked}) == 1
    assert not to_print().exists()


def test_a_broken_service_is_asked_again_and_after_a_day_only_a_person_can_tell(owner, service, frozen_clock):
    card = a_card(a_person())
    service.mood = "broken"
    handed_over([card], owner)
    frozen_clock.ahead(minutes=11)
    assert posted.ask_again() == 0
    asked = len(service.asked)
    service.mood = ""
    frozen_clock.ahead(hours=24)
    assert posted.ask_again() == 0
    assert len(service.asked) == asked
    assert states([card]) == [State.UNKNOWN]


def test_a_worker_that_died_before_the_answer_is_found_and_asked_again(owner, service, frozen_clock):
    card = a_card(a_person())
    run = printing.begin_run(printing.NewRun("form", "postcard-a6", {card.pk: card.draft_hash}), owner)
    posted.begin_handing_over(run, owner)
    assert states([card]) == [State.SENDING]
    frozen_clock.ahead(minutes=11)
    assert posted.ask_again() == 1
    assert states([card]) == [State.SENT]


def test_a_no_is_told_in_the_services_words_and_the_card_can_be_tried_again(owner, service):
    card = a_card(a_person())
    service.mood = "no"
    handed_over([card], owner)
    row = Touch.objects.get(pk=card.pk)
    assert (row.state, row.why) == (State.FAILED, "address_line1 is required")
    assert not service.printed


def test_a_card_is_called_off_while_there_is_time(owner, service):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    handed_over(cards, owner)
    first, second = (MailOrder.objects.get(touch=card) for card in cards)
    posted.call_off(first, owner)
    service.mood = "late"
    with pytest.raises(Refusal, match="too late"):
        posted.call_off(second, owner)
    assert states(cards) == [State.CANCELLED, State.SENT]


def test_a_service_inside_the_house_is_not_called(owner, service, settings):
    settings.CALL_INSIDE = ()
    with pytest.raises(Refusal, match="Only"):
        lob.Lob(service.address, "key").cancel("psc_1")


def test_the_key_is_kept_encrypted(owner):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM outreach_mailservice")
        assert "test_key" not in cursor.fetchone()[0]
