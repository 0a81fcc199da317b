"""What a letter in blocks is dressed in: the look of the house, and its pictures, inside it or at our address."""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.kit.pictures import checked
from regulars.outreach.blocks import Layout
from regulars.outreach.blocks.compiling import Frame, Look, Shown, html_of
from regulars.outreach.models import Picture

LOGO = "logo"
LOGO_HEIGHT, LOGO_WIDEST = 56, 240
LARGEST_LOGO = 200_000


@dataclass(frozen=True)
class Inside:
    """A picture that travels in the letter, ready to be written: its content in lines of base64."""

    name: str
    media_type: str
    lines: str = field(repr=False)
    width: int = 0


@dataclass(frozen=True)
class Dress:
    """One letter's blocks with all they need to become HTML."""

    layout: Layout
    look: Look
    shown: Mapping[str, Shown]
    inside: tuple[Inside, ...] = ()

    def html(self, frame: Frame) -> str:
        return html_of(self.layout, self.look, frame, self.shown)


class Wardrobe:
    """The look and the pictures of many letters, read once: one query, and the logo's file."""

    def __init__(self, layouts: Iterable[Layout], shop: Business) -> None:
        names = {name for layout in layouts for name in layout.pictures}
        self.public = shop.public_address.rstrip("/")
        self.pictures = {name: picture for name in names if (picture := _kept(name))}
        self.logo = _logo(shop.logo.name, shop.logo) if shop.logo else None
        width = self.logo.width if self.logo else 0
        self.look = Look(shop.accent, f"cid:{LOGO}" if self.logo else "", shop.name, width)

    def dress(self, layout: Layout) -> Dress:
        shown, inside = {}, [self.logo] if self.logo else []
        for name in layout.pictures:
            picture = self.pictures.get(name)
            if picture is None:
                continue
            if self.public:
                shown[name] = Shown(f"{self.public}{reverse('outreach:picture', args=[name])}", picture.width)
            else:
                shown[name] = Shown(f"cid:{name}", picture.width)
                inside.append(picture)
        return Dress(layout, self.look, shown, tuple(inside))


def for_a_screen(layout: Layout, shop: Business) -> Dress:
    """The same letter for a preview: every picture is in the page itself, so that nothing is fetched."""
    wardrobe = Wardrobe([layout], shop)
    logo = f"data:{wardrobe.logo.media_type};base64,{wardrobe.logo.lines}" if wardrobe.logo else ""
    look = Look(wardrobe.look.accent, logo.replace("\n", ""), wardrobe.look.logo_alt, wardrobe.look.logo_width)
    pictures = wardrobe.pictures.items()
    shown = {
        name: Shown(f"data:{one.media_type};base64,{one.lines}".replace("\n", ""), one.width) for name, one in pictures
    }
    return Dress(layout, look, shown)


@functools.lru_cache(maxsize=32)
def _found(name: str) -> Inside | None:
    picture = Picture.objects.filter(name=name).first()
    if picture is None:
        return None
    media_type = "image/png" if picture.ending == "png" else "image/jpeg"
    return Inside(name, media_type, base64.encodebytes(bytes(picture.content)).decode("ascii"), picture.width)


def _kept(name: str) -> Inside | None:
    """A picture never changes, so it is read once; one that is not there may come, and is asked for again."""
    found = _found(name)
    if found is None:
        _found.cache_clear()
    return found


@functools.lru_cache(maxsize=2)
def _logo(name: str, file: object) -> Inside | None:
    """The logo, if it is small enough to travel with every letter; each upload has a name of its own."""
    try:
        with file.open("rb") as opened:  # type: ignore[attr-defined]  # a FieldFile, hashed by its name
            content = opened.read(LARGEST_LOGO + 1)
        picture = checked(content)
    except (OSError, Refusal):
        return None
    if len(content) > LARGEST_LOGO:
        return None
    width = min(LOGO_WIDEST, max(16, round(LOGO_HEIGHT * picture.width / picture.height)))
    return Inside(LOGO, picture.media_type, base64.encodebytes(content).decode("ascii"), width)
