"""What this room tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass

Regrouped = tuple[int, str, str]


@dataclass(frozen=True)
class StandingsChanged:
    """What changed for these people, at most a thousand at once; posted with the rows themselves.

    `person_ids`: whose standings were written anew or taken away. `regrouped`: (person, group before, group now) of
    those who stood somewhere before; "" where they have no group now. `slipped`: silent for longer than their rhythm
    since the last grading. `won_back`: had slipped, and came again. Slipping comes with time alone, without a new row.
    """

    person_ids: tuple[int, ...]
    as_of: str
    regrouped: tuple[Regrouped, ...] = ()
    slipped: tuple[int, ...] = ()
    won_back: tuple[int, ...] = ()
