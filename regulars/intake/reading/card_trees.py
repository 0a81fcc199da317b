"""Cards written as JSON (jCard) or as XML (xCard), read into the same lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from regulars.intake.reading.card_lines import Card, Property, escaped

ORDER = {
    "n": ("surname", "given", "additional", "prefix", "suffix"),
    "adr": ("pobox", "ext", "street", "locality", "region", "code", "country"),
}


def from_json(text: str) -> list[Card] | None:
    """Return the cards of a jCard, one or a list of them; None when it is none."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(whole, list) or not whole:
        return None
    several = [whole] if whole[0] == "vcard" else whole
    if not all(isinstance(one, list) and len(one) > 1 and one[0] == "vcard" for one in several):
        return None
    return [Card(list(_of_json(one[1]))) for one in several]


def _of_json(rows: Any) -> Iterator[Property]:
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, list) or len(row) < 4 or not isinstance(row[0], str):
            continue
        given = row[1] if isinstance(row[1], dict) else {}
        params = {str(key).upper(): _texts(said) for key, said in given.items()}
        group = (params.get("GROUP") or [""])[0]
        yield Property(row[0].upper(), group, params, ",".join(_value(value) for value in row[3:]))


def _value(value: Any) -> str:
    """A structured value is a list; a part of it may be a list again."""
    if isinstance(value, list):
        return ";".join(",".join(escaped(text) for text in _texts(part)) for part in value)
    return escaped(_text(value))


def _texts(value: Any) -> list[str]:
    return [_text(part) for part in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def from_xml(text: str) -> list[Card] | None:
    """Return the cards of an xCard; None when it is none. A document with definitions of its own is not read."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  # definitions are refused above
    except (ElementTree.ParseError, ValueError):
        return None
    found = [one for one in root.iter() if _bare(one.tag) == "vcard"]
    return [Card(list(_of_xml(one))) for one in found] or None


def _of_xml(vcard: ElementTree.Element, group: str = "") -> Iterator[Property]:
    for one in vcard:
        name = _bare(one.tag)
        if name == "group":
            yield from _of_xml(one, one.get("name", ""))
            continue
        params: dict[str, list[str]] = {}
        values: list[tuple[str, str]] = []
        for part in one:
            if _bare(part.tag) == "parameters":
                params = {_bare(p.tag).upper(): [(v.text or "").strip() for v in p] for p in part}
            else:
                values.append((_bare(part.tag), (part.text or "").strip()))
        yield Property(name.upper(), group, params, _joined(name, values) or escaped((one.text or "").strip()))


def _joined(name: str, values: list[tuple[str, str]]) -> str:
    """The parts of a name or an address stand in elements of their own, each once or several times."""
    if name in ORDER:
        return ";".join(",".join(escaped(text) for tag, text in values if tag == part and text) for part in ORDER[name])
    return (";" if name == "org" else ",").join(escaped(text) for _tag, text in values)


def _bare(tag: Any) -> str:
    return str(tag).rpartition("}")[2].lower()
