"""A signature without its paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Make the paper transparent, however yellow the lamp, and keep the ink's own colour; cut to what is written."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    colour = pixels[..., :3].astype(np.float32) * alpha + 255 * (1 - alpha)
    paper = np.percentile(colour.reshape(-1, 3), 85, axis=0)
    darkness = np.clip(1 - (colour / np.maximum(paper, 1)).min(axis=2), 0, 1)
    darkest = float(np.percentile(darkness, 99.8))
    if darkest < 0.2:
        return None
    floor = 0.25 * darkest
    inked = np.clip((darkness - floor) / (0.75 * darkest - floor), 0, 1)
    rows, columns = np.flatnonzero((inked > 0.3).any(axis=1)), np.flatnonzero((inked > 0.3).any(axis=0))
    own = np.clip((colour - paper * (1 - inked[..., None])) / np.maximum(inked[..., None], 0.05), 0, 255)
    found = np.dstack([own, inked * 255]).round().astype(np.uint8)
    top, left = max(rows[0] - 4, 0), max(columns[0] - 4, 0)
    return found[top : rows[-1] + 5, left : columns[-1] + 5]
