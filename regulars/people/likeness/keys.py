"""With whom one record is compared: those that share a key. Keys are narrow, so that a million people stay linear."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.people.likeness.facts import Facts, digits_of, skeleton

NAME = 1


def keys_of(one: Facts) -> Iterator[tuple[object, ...]]:
    """Yield the keys of a record. The first part says which kind; NAME alone is worth little in a large book."""
    name = one.name
    named = name.sorted_words if len(name.words) > 1 else ""
    given, family = name.given, name.family
    sounds = (skeleton(given), skeleton(family)) if given and family else ()
    if named:
        yield (NAME, named)
    yield from _by_box(one, named)
    for tail in one.phones:
        yield ("phone", tail)
        if named:
            yield ("name+number", named, tail[:4])
            yield ("name+number", named, tail[-4:])
    yield from _by_place(one, named, sounds)
    if one.day is not None and sounds:
        month, day, year = one.day
        yield ("family+day", sounds[1], given[0], month, day)
        yield ("words+day", named, month, day)
        if year is not None:
            yield ("given+day", given, month, day, year)
            yield ("family+year", min(sounds), max(sounds), year)
    for number in one.external_ids:
        yield ("id", number)


def _by_box(one: Facts, named: str) -> Iterator[tuple[object, ...]]:
    for box in one.boxes:
        if box.is_generic:
            continue
        yield ("box", box.local, box.house)
        yield ("local", box.local)
        digits = digits_of(box.local)
        if named and digits:
            yield ("name+digits", named, digits)
        if named:
            yield ("name+house", named, box.house, digits[:2])


def _by_place(one: Facts, named: str, sounds: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for place in one.places:
        where = place.postcode or place.city
        if not where:
            continue
        if place.is_whole:
            yield ("place", where, place.street[:4], min(place.numbers))
        if sounds:
            yield ("sounds+where", min(sounds), max(sounds), where)
            yield ("given+where", one.name.given, where, place.street[:3])
        if named:
            yield ("name+where", named, where)
