"""What this room tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StandingsChanged:
    """These people's standings were written anew or taken away; posted once a chunk, with its rows."""

    person_ids: tuple[int, ...]
    as_of: str
