"""How many messages a text becomes. Pure arithmetic of GSM 03.38 and UCS-2; knows no Django.

A plain text of up to 160 signs is one message; a longer one is cut into parts of 153, because each part carries where
it belongs. The signs of the extension table count twice. A single sign outside the alphabet (a curly quote, an emoji)
turns the whole text into UCS-2: 70 signs, or parts of 67. No sign is ever cut in two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
ONE_GSM, PART_GSM = 160, 153
ONE_UCS, PART_UCS = 70, 67
Alphabet = Literal["gsm7", "ucs2"]

# What a typewriter would have written instead.
PLAINER: dict[str, str] = {
    **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("–—‐‑‒―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\t", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f", ""),
    "…": "...",
    "•": "-",
    "·": "-",
    "×": "x",
    "‹": "<",
    "›": ">",
    "\u2028": "\n",
    "\u2029": "\n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """What a text costs to send. `odd` are the signs that make it UCS-2, `plain` the same words without them."""

    text: str
    alphabet: Alphabet
    units: int
    segments: int
    left: int
    odd: tuple[str, ...] = ()
    plain: str = ""
    plain_segments: int = 0

    @property
    def could_be_shorter(self) -> bool:
        return bool(self.plain) and self.plain_segments < self.segments


def measure(text: str) -> Measured:
    """Count the messages of a text; an empty one is none. Accents typed apart from their letter are joined first."""
    text = unicodedata.normalize("NFC", text)
    odd = odd_signs(text)
    if not odd:
        units, segments, left = _counted([2 if sign in EXTENDED else 1 for sign in text], ONE_GSM, PART_GSM)
        return Measured(text, "gsm7", units, segments, left)
    units, segments, left = _counted([2 if ord(sign) > 0xFFFF else 1 for sign in text], ONE_UCS, PART_UCS)
    plain = plainer(text)
    if odd_signs(plain):
        return Measured(text, "ucs2", units, segments, left, odd)
    return Measured(text, "ucs2", units, segments, left, odd, plain, measure(plain).segments)


def odd_signs(text: str) -> tuple[str, ...]:
    """The signs outside the alphabet of a plain text message, each once, in their order."""
    return tuple(dict.fromkeys(sign for sign in text if sign not in BASIC and sign not in EXTENDED))


def plainer(text: str) -> str:
    """The same words with the signs of a typewriter and without accents that phones do not know."""
    return "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _plain_sign(sign: str) -> str:
    if sign in BASIC or sign in EXTENDED:
        return sign
    if sign in PLAINER:
        return PLAINER[sign]
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if bare and all(part in BASIC for part in bare) else sign


def _counted(weights: Iterable[int], one: int, part: int) -> tuple[int, int, int]:
    """Units, parts, and units left in the last part."""
    sizes = list(weights)
    total = sum(sizes)
    if total <= one:
        return total, 1 if sizes else 0, one - total
    parts, used = 1, 0
    for size in sizes:
        if used + size > part:
            parts, used = parts + 1, 0
        used += size
    return total, parts, part - used
