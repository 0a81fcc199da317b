"""What stands on each face: the front of a card, the writing inside, an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .cleaning import direction
from .elements import QUIET, Item, code, face, flow, image, line, part, picture_part
from .motifs import colour
from .pieces import Look, Piece
from .sheets import Sheet

Bleed = tuple[float, float, float, float]
HAND, BOOK = (19, 13), (12.5, 9.5)  # the size words begin with, and the least
LEAST_CODE = 20.0


class Room(NamedTuple):
    """A face to be filled: its size, what it may run out over, and whether pictures go to the edge."""

    sheet: Sheet
    width: float
    height: float
    bleed: Bleed
    to_edge: bool


def _written(piece: Piece, look: Look, scale: float, *, align: str = "start") -> list[Item]:
    """Return greeting, words and signature as one column of writing."""
    font = look.font if look.font in {"hand", "book"} else "hand"
    size, least = (each * scale for each in (HAND if font == "hand" else BOOK))
    turn = direction(piece.words or piece.greeting)
    style: dict[str, Any] = {"font": font, "lang": piece.language, "align": align}
    parts = [
        part(piece.greeting, size * 1.12, tag="greeting", least=least, keep=True, **style),
        part(piece.words, size, tag="words", least=least, above=4 * scale, **style),
    ]
    if look.signature:
        parts.append(picture_part("signature", 15 * scale, above=4 * scale, align=align, turn=turn))
    parts.append(
        part(
            piece.signed,
            size,
            tag="signed",
            least=least,
            above=(1.5 if look.signature else 5) * scale,
            keep=True,
            **style,
        )
    )
    return parts


def _front_words(piece: Piece, look: Look, size: float) -> Item:
    return part(
        piece.front_words, size, tag="front_words", least=size * 0.5, align="center", style="italic",
        ink=colour(look.accent), lang=piece.language,
    )  # fmt: skip


def front(piece: Piece, look: Look, room: Room) -> Item:
    """Return the picture with the words under it; a drawing where there is no picture."""
    width, height, size = room.width, room.height, room.width * 0.2 + 3
    words = _front_words(piece, look, min(size, 30))
    edge = 0.0 if room.to_edge else max(8.0, min(width, height) * 0.085)
    band = height * 0.2 if words["text"] else 0
    margin = max(10.0, width * 0.1)
    if look.front:
        left, above, right, below = room.bleed if room.to_edge else (0, 0, 0, 0)
        under = band if band else edge - (below if room.to_edge else 0)
        picture = image(
            "front", edge - left, edge - above, width - 2 * edge + left + right, height - edge - under + above
        )
        items = [picture, flow(margin, height - band, width - 2 * margin, band - edge * 0.6, [words], "middle")]
    else:
        across = min(width, height) * (0.42 if band else 0.5)
        top = height * (0.44 if band else 0.5) - across / 2 - (height * 0.06 if band else 0)
        items = [
            image("motif", (width - across) / 2, top, across, across, "contain"),
            flow(margin, top + across + height * 0.045, width - 2 * margin, height * 0.24, [words]),
        ]
    return face(width, height, items if band else items[:1], bleed=room.bleed)


def inside_left(piece: Piece, look: Look, room: Room) -> Item:
    """Return the quiet side, left free."""
    return face(room.width, room.height, [])


def inside_right(piece: Piece, look: Look, room: Room) -> Item:
    """Return the writing, a little above the middle as a hand would put it."""
    margin_x, margin_y = max(10.0, room.width * 0.11), max(11.0, room.height * 0.1)
    scale = min(1.35, max(1.0, min(room.width, room.height) / 105))
    place = (margin_x, margin_y, room.width - 2 * margin_x, room.height - margin_y * 2.1)
    return face(room.width, room.height, [flow(*place, _written(piece, look, scale), "middle")])


def _imprint(look: Look, x: float, y: float, width: float, height: float, *, size: float = 8.5) -> Item:
    parts = [part(look.shop, size + 2, tag="shop", align="center", least=7, keep=True)]
    if look.logo:
        parts.insert(0, picture_part("logo", 11, align="center"))
        parts[1]["above"] = 2.5
    parts += [
        part(each, size, tag="shop", align="center", least=6, keep=True, ink=QUIET, above=1.2 if first else 0.5)
        for first, each in zip([True] + [False] * len(look.lines), look.lines, strict=False)
    ]
    return flow(x, y, width, height, parts, "bottom")


def back(piece: Piece, look: Look, room: Room) -> Item:
    """Return the code with what it opens, and the shop's imprint."""
    margin = max(10.0, room.width * 0.1)
    items = [_imprint(look, margin, room.height * 0.6, room.width - 2 * margin, room.height * 0.4 - margin)]
    if piece.qr:
        side = max(LEAST_CODE, min(26.0, room.height * 0.2))
        top = room.height * 0.2
        says = part(piece.qr_says, 9.5, tag="qr_says", align="center", least=7.5, lang=piece.language)
        items += [
            code(piece.qr, (room.width - side) / 2, top, side),
            flow(margin, top + side + 3.5, room.width - 2 * margin, room.height * 0.6 - top - side - 5, [says]),
        ]
    return face(room.width, room.height, items)


def picture(piece: Piece, look: Look, room: Room) -> Item:
    """Return the picture side of a postcard."""
    return front(piece, look, room)


def _address(piece: Piece, size: float, least: float, *, tag: str = "address") -> Item:
    """Return the address as given, line by line, all of one size."""
    return part(
        "\n".join(each for each in piece.to_lines if each.strip()), size, tag=tag, least=least, keep=True,
        lang=piece.language, leading=0.3, unbroken=4,
    )  # fmt: skip


def _sender(look: Look) -> Item:
    """Return the sender in one small line, to stand over an address."""
    words = " · ".join(each for each in (look.shop, *look.lines) if each.strip())
    return part(words, 6.5, tag="shop", least=5, keep=True, ink=QUIET)


def writing(piece: Piece, look: Look, room: Room) -> Item:
    """Return the written side of a postcard: words at the left, address at the right, free where stamp and post go."""
    width, height = room.width, room.height
    middle, margin = width * 0.53, 7.0
    foot = 0.0
    items: list[Item] = []
    if piece.qr:
        side = LEAST_CODE
        foot = side + 3
        says = part(piece.qr_says, 8, tag="qr_says", least=6.5, lang=piece.language)
        items += [
            code(piece.qr, margin, height - margin - side, side),
            flow(margin + side + 3, height - margin - side, middle - 2 * margin - side - 3, side, [says], "middle"),
        ]
    words = flow(margin, margin, middle - 2 * margin, height - 2 * margin - foot, _written(piece, look, 0.8))
    right = width - middle - margin - 4
    items += [
        words,
        line(middle, margin, middle, height - margin, ink="#c9c1b6", thick=0.15),
        flow(
            middle + 4,
            height * 0.36,
            right,
            6,
            [_sender(look)],
            "bottom",
        ),
        flow(middle + 4, height * 0.46, right, height * 0.54 - 17, [_address(piece, 11, 8)]),
    ]
    return face(width, height, items)


FREE_WIDE = 92.0  # of a card a service posts: at the right, where it prints the address


def message(piece: Piece, look: Look, room: Room) -> Item:
    """Return the written side of a postcard that a service posts: all at the left, the rest is for its print."""
    margin = 7.0
    width, height = room.width - FREE_WIDE - margin, room.height
    foot, items = 0.0, []
    if piece.qr:
        foot = LEAST_CODE + 3
        top = height - margin - LEAST_CODE
        says = part(piece.qr_says, 8, tag="qr_says", least=6.5, lang=piece.language)
        items = [
            code(piece.qr, margin, top, LEAST_CODE),
            flow(margin + LEAST_CODE + 3, top, width - LEAST_CODE - 3, LEAST_CODE, [says], "middle"),
        ]
    items.append(flow(margin, margin, width, height - 2 * margin - foot, _written(piece, look, 0.8)))
    return face(room.width, height, items, bleed=room.bleed)


WINDOWS = {  # left, top, width and height of what shows in the window; where the letter begins; left and right margin
    "din5008b": (25.0, 45.0, 75.0, 45.0, 107.0, 25.0, 20.0),
    "us10": (22.0, 52.0, 88.0, 27.0, 98.0, 25.4, 25.4),
}


def letter(piece: Piece, look: Look, room: Room) -> Item:
    """Return a letter whose address shows in the window of its envelope."""
    x, y, width, height, begins, left, right = WINDOWS[room.sheet.form]
    wide = room.width - left - right
    head = [part(look.shop, 17, tag="shop", keep=True, least=10, ink=colour(look.accent))]
    if look.logo:
        head.insert(0, picture_part("logo", 16))
        head[1]["above"] = 2
    foot = 22.0 if piece.qr else 12.0
    german = room.sheet.form == "din5008b"
    items = [
        flow(left, 14, wide, 27, head, "top"),
        flow(
            x,
            y + (9 if german else 0),
            width,
            6,
            [_sender(look)],
            "bottom",
        ),
        flow(x, y + (17.7 if german else 8), width, height - (17.7 if german else 8), [_address(piece, 11, 8)]),
        flow(
            left,
            begins,
            wide,
            room.height - begins - foot - 14,
            _written(piece, look, 1 if look.font == "book" else 0.9),
        ),
        *_letter_foot(piece, look, room, left, wide, foot),
    ]
    items += [line(4, at, 8, at, ink="#b9b1a6", thick=0.15) for at in room.sheet.ticks]
    return face(room.width, room.height, items)


def _letter_foot(piece: Piece, look: Look, room: Room, left: float, wide: float, foot: float) -> list[Item]:
    words = " · ".join(each for each in look.lines if each.strip())
    beside = foot + 4 if piece.qr else 0.0
    top = room.height - foot - 10
    parts = [
        part(piece.qr_says, 9.5, tag="qr_says", least=7.5, lang=piece.language),
        part(words, 8, tag="shop", least=6, ink=QUIET, above=1.5),
    ]
    if not piece.qr:
        parts = parts[1:]
    items = [flow(left + beside, top, wide - beside, foot, parts, "middle" if piece.qr else "bottom")]
    return [code(piece.qr, left, top, foot), *items] if piece.qr else items


def envelope(piece: Piece, look: Look, room: Room) -> Item:
    """Return sender and address; the corner of the stamp and the strip the post prints on stay free."""
    width, height = room.width, room.height
    lines = [part(each, 8.5, tag="shop", least=6, keep=True, ink=QUIET, above=0.4) for each in (look.shop, *look.lines)]
    x = max(width * 0.42, width - 105)
    items = [
        flow(10, 9, width - 74 - 14, 24, lines),
        flow(x, height * 0.46, width - x - 12, height * 0.54 - 17, [_address(piece, 12.5, 8.5)], "middle"),
    ]
    return face(width, height, items)


def label(piece: Piece, look: Look, room: Room) -> Item:
    """Return an address label."""
    width, height = room.width, room.height
    side, above = (1.2, 0.8) if height < 15 else (4.5, 2.5)
    address = _address(piece, 6.5 if height < 15 else 11, room.sheet.least_pt)
    if height < 15:
        address["leading"] = 0.12
    return face(width, height, [flow(side, above, width - 2 * side, height - 2 * above, [address], "middle")])


FACES: dict[str, Callable[[Piece, Look, Room], Item]] = {
    each.__name__: each
    for each in (front, inside_left, inside_right, back, picture, writing, message, letter, envelope, label)
}
