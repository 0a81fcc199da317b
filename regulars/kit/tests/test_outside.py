"""Requests to other people's servers: nothing inside the house is ever reached, and how far one got is known."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from regulars.kit import outside
from regulars.kit.errors import Refusal


@contextmanager
def a_server(behave: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server on this machine that does with each connection what the test says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            try:
                link, _address = listener.accept()
            except OSError:
                return
            with link:
                behave(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(60)


@pytest.fixture
def may_call_here(settings):
    settings.CALL_INSIDE = frozenset({"127.0.0.1"})


def read_request(link: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        said += link.recv(65536)
    head, _blank, body = said.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += link.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "10.0.0.7",
        "172.16.0.1",
        "192.168.1.20",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "nonsense",
    ],
)
def test_addresses_inside_are_no_public_ones_in_any_dress(address):
    assert not outside.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_on_the_internet_are_public(address):
    assert outside.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost./",
    ],
)
def test_other_ways_to_write_this_machine_are_refused_too(url):
    with pytest.raises(Refusal):
        outside.door_to(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://example.org/",
        "https://user:word@example.org/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://",
        "//example.org",
        "https://example.org:99999/",
    ],
)
def test_an_address_that_must_not_be_called_is_refused_before_anything_is_looked_up(url):
    with pytest.raises(Refusal):
        outside.checked_address(url)


def test_a_name_with_one_address_inside_is_refused_whatever_the_others_are(monkeypatch):
    def two_answers(host, port, **more):
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", two_answers)
    with pytest.raises(Refusal, match="inside a network"):
        outside.door_to("https://sneaky.example/")


def test_the_name_is_looked_up_once_and_the_address_that_was_checked_is_called(monkeypatch, settings):
    settings.CALL_INSIDE = frozenset({"modem.shop.example"})
    asked = []

    def greet(link):
        read_request(link)
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    really = socket.getaddrinfo

    def look_up(host, port, *more, **others):
        if host != "modem.shop.example":
            return really(host, port, *more, **others)
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.9.8.7", port))]

    with a_server(greet) as port:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        reply = outside.call("POST", f"http://modem.shop.example:{port}/", body=b"x", timeout=30)
    assert (reply.status, reply.body) == (200, "ok")
    assert asked == ["modem.shop.example"]


def test_an_answer_is_read_and_a_forwarding_is_not_followed(may_call_here):
    seen = []

    def forward(link):
        seen.append(read_request(link))
        link.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    with a_server(forward) as port:
        reply = outside.call("POST", f"http://127.0.0.1:{port}/a?b=1", headers={"X-Key": "7"}, body=b'{"to": "x"}')
    assert (reply.stage, reply.status) == ("answered", 302)
    assert seen[0].startswith(b"POST /a?b=1 HTTP/1.1\r\n")
    assert b"X-Key: 7" in seen[0]
    assert seen[0].endswith(b'{"to": "x"}')


def test_a_server_that_takes_everything_and_says_nothing_may_have_acted(may_call_here):
    with a_server(lambda link: read_request(link)) as port:
        reply = outside.call("POST", f"http://127.0.0.1:{port}/", body=b"hello", timeout=2)
    assert (reply.stage, reply.status) == ("handed over", 0)
    assert reply.fault


def test_a_server_that_is_not_there_cannot_have_acted(may_call_here):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    reply = outside.call("POST", f"http://127.0.0.1:{port}/", body=b"hello", timeout=2)
    assert reply.stage == "connecting"


def test_a_server_that_answers_one_sign_at_a_time_is_left(may_call_here, monkeypatch):
    monkeypatch.setattr(outside, "IN_ALL", 1)

    def drip(link):
        read_request(link)
        try:
            for _turn in range(40):
                link.sendall(b"H")
                threading.Event().wait(0.1)
        except OSError:
            return

    with a_server(drip) as port:
        reply = outside.call("POST", f"http://127.0.0.1:{port}/", body=b"hello", timeout=0.5)
    assert reply.stage == "handed over"


def test_an_endless_answer_is_cut(may_call_here):
    def flood(link):
        read_request(link)
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            for _turn in range(64):
                link.sendall(b"x" * 65536)
        except OSError:
            return

    with a_server(flood) as port:
        reply = outside.call("POST", f"http://127.0.0.1:{port}/", body=b"hello", timeout=30)
    assert len(reply.body) == outside.LONGEST_ANSWER


@pytest.mark.parametrize(
    "headers", [{"X\r\nY": "1"}, {"X": "1\r\nHost: evil"}, {"Host": "evil"}, {"Content-Length": "0"}, {"X": "ü"}]
)
def test_headers_cannot_smuggle_anything(headers):
    with pytest.raises(Refusal):
        outside.call("POST", "https://example.org/", headers=headers, body=b"x")
