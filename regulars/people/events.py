"""What this room tells the rooms above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PeopleRecorded:
    """People were added or known again; posted once a batch."""

    person_ids: tuple[int, ...]
    new_ids: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class PersonChanged:
    """Something written about a person changed; `fields` names what."""

    person_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ConsentChanged:
    """New evidence of what people allow was recorded."""

    person_ids: tuple[int, ...]
    channel: str
    purpose: str
    is_given: bool


@dataclass(frozen=True)
class PeopleMerged:
    merge_id: int
    keep_id: int
    other_id: int


@dataclass(frozen=True)
class PeopleUnmerged:
    merge_id: int
    keep_id: int
    other_id: int


@dataclass(frozen=True)
class PersonErased:
    person_id: int
