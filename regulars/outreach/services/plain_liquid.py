"""Templates without any art, filled at the speed of putting texts together: words, fields, a fallback, "if there is".

Nearly every letter is one of these, and a mailing fills the same one a hundred thousand times. What this cannot do, or
cannot do exactly as Liquid would, it leaves to Liquid by answering None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import BooleanExpression, Filter, FilteredExpression, PositionalArgument, StringLiteral
from liquid.builtin.expressions.path import Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.if_tag import IfNode

# Liquid knows these two without being told.
ITS_OWN = frozenset({"now", "today"})
# Far below every limit of a letter, so that none of them needs to be counted here.
LONGEST_TEXT = 10_000
LONGEST_VALUE = 1_000


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    name: str
    there: Parts
    missing: Parts


Part = str | Field | Either
Parts = tuple[Part, ...]


def plain_parts(nodes: Sequence[Node]) -> Parts | None:
    """Take a template apart; None where there is more in it."""
    parts = [_part(node) for node in nodes]
    return None if None in parts else tuple(part for part in parts if part is not None)


def _part(node: Node) -> Part | None:
    if type(node) is ContentNode:
        return node.text
    if type(node) is OutputNode:
        return _field(node.expression)
    return _either(node) if type(node) is IfNode else None


def _field(expression: object) -> Field | None:
    if type(expression) is not FilteredExpression:
        return None
    name, filters = _name(expression.left), expression.filters or []
    if not name or len(filters) > 1:
        return None
    fallback = _fallback(filters[0]) if filters else ""
    if filters and (not fallback or name in ITS_OWN):
        return None
    return Field(name, fallback)


def _fallback(found: Filter) -> str:
    """What a `default` with one plain text says."""
    given = found.args[0] if len(found.args) == 1 else None
    if found.name != "default" or not isinstance(given, PositionalArgument):
        return ""
    return given.value.value if isinstance(given.value, StringLiteral) else ""


def _either(node: IfNode) -> Either | None:
    if type(node.condition) is not BooleanExpression or node.alternatives or node.blank:
        return None
    name = _name(node.condition.expression)
    blocks = [node.consequence, *([node.default] if node.default else [])]
    if not name or name in ITS_OWN or any(block.blank for block in blocks):
        return None
    there, missing = plain_parts(blocks[0].nodes), plain_parts(blocks[1].nodes) if len(blocks) > 1 else ()
    return None if there is None or missing is None else Either(name, there, missing)


def _name(expression: object) -> str:
    """The field, where it is nothing but one."""
    if type(expression) is not Path or len(expression.path) != 1:
        return ""
    name = expression.path[0]
    return name if isinstance(name, str) else ""


def put_together(parts: Parts, facts: Mapping[str, object]) -> str | None:
    """The text for one person; None where a field is missing or not a plain text."""
    found: list[str] = []
    if not _put(parts, facts, found):
        return None
    text = "".join(found)
    return text if len(text) <= LONGEST_TEXT else None


def _put(parts: Parts, facts: Mapping[str, object], found: list[str]) -> bool:
    for part in parts:
        if type(part) is str:
            found.append(part)
            continue
        value = facts.get(part.name)  # type: ignore[union-attr]
        if value is not None and (type(value) is not str or len(value) > LONGEST_VALUE):
            return False
        if type(part) is Field:
            text = value or part.fallback
            if not text:
                return False
            found.append(text)
        elif not _put(part.missing if value is None else part.there, facts, found):  # type: ignore[union-attr]
            return False
    return True
