"""Calm drawings in the shop's colour, for a front without a picture."""

from __future__ import annotations

import math
import re

PLAIN = "#2f5d50"


def colour(accent: str) -> str:
    """Return the accent when it is a colour of six digits, otherwise the house's green."""
    return accent.lower() if re.fullmatch("#[0-9a-fA-F]{6}", accent) else PLAIN


def _leaf(x: float, y: float, angle: float, length: float, opacity: float) -> str:
    half = length * 0.24
    near, far = f"{length * 0.3:.2f}", f"{length * 0.75:.2f}"
    path = f"M0 0C{near} {-half:.2f} {far} {-half:.2f} {length:.2f} 0C{far} {half:.2f} {near} {half:.2f} 0 0z"
    return f'<path d="{path}" transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})" fill-opacity="{opacity}"/>'


def _sprig() -> str:
    """One bent stem with pairs of leaves that grow smaller to its tip."""
    parts = ['<path d="M50 98C47 74 49 42 58 8" fill="none" stroke-width="1.1" stroke-linecap="round"/>']
    for n in range(7):
        t = 0.16 + n * 0.125
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        x = 50 * a + 47 * b + 49 * c + 58 * d
        y = 98 * a + 74 * b + 42 * c + 8 * d
        length = 27 - n * 2.3
        parts.append(_leaf(x, y, -38 - n * 3, length, 0.85))
        parts.append(_leaf(x, y - 3.2, -136 + n * 2, length * 0.94, 0.55))
    parts.append(_leaf(58, 9, -74, 12, 0.85))
    return "".join(parts)


def _waves() -> str:
    """Seven quiet lines, one under the other."""
    line = '<path d="M8 {y}q10.5 -7 21 0t21 0t21 0t21 0" fill="none" stroke-width="1" stroke-opacity="{strong:.2f}"/>'
    return "".join(line.format(y=26 + n * 8, strong=1 - n * 0.12) for n in range(7))


def _wreath() -> str:
    """A ring of leaves, open at the top."""
    parts = []
    for n in range(26):
        angle = -62 + n * (304 / 25)
        radians = math.radians(angle)
        x, y = 50 + 34 * math.cos(radians), 50 + 34 * math.sin(radians)
        lean = 62 if n % 2 else 118
        parts.append(_leaf(x, y, angle + (lean if n < 13 else -lean), 13, 0.85 if n % 2 else 0.5))
    ends = [(50 + 34 * math.cos(math.radians(a)), 50 + 34 * math.sin(math.radians(a))) for a in (-62, 242)]
    arc = f"M{ends[0][0]:.2f} {ends[0][1]:.2f}A34 34 0 1 1 {ends[1][0]:.2f} {ends[1][1]:.2f}"
    return f'<path d="{arc}" fill="none" stroke-width="0.7"/>' + "".join(parts)


MOTIFS = {"sprig": _sprig, "waves": _waves, "wreath": _wreath}


def motif(name: str, accent: str) -> bytes:
    """Return a drawing as SVG, a hundred units square; an unknown name is the sprig."""
    ink = colour(accent)
    body = MOTIFS.get(name, _sprig)()
    size = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100" height="100"'
    return f'<svg {size}><g fill="{ink}" stroke="{ink}" stroke-width="0">{body}</g></svg>'.encode()
