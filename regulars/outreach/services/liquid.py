"""The owner's templates: Liquid over a plain dictionary, strict, and with a limit on everything.

Nothing is reachable but the fields of the letter. Only the tags and filters named here exist, so that the list of
what a template can do is this file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError, UndefinedError, UnknownFilterError
from liquid.undefined import FalsyStrictUndefined

from regulars.kit.errors import Refusal
from regulars.outreach.drafts import BRACES
from regulars.outreach.services.plain_liquid import Parts, plain_parts, put_together

LONGEST_SOURCE = 20_000
LONGEST_TEXT = 50_000
LONGEST_VALUE = 5_000
TAGS = frozenset({"assign", "if", "unless", "case", "for", "break", "continue", "comment", "#", "raw"})
FILTERS = frozenset(
    [
        "append",
        "capitalize",
        "ceil",
        "default",
        "divided_by",
        "downcase",
        "first",
        "floor",
        "last",
        "minus",
        "plus",
        "prepend",
        "remove",
        "replace",
        "round",
        "size",
        "strip",
        "times",
        "truncate",
        "truncatewords",
        "upcase",
    ]
)


class MissingField(FalsyStrictUndefined):
    """A field nobody filled: may be asked for (`if`, `default`), never printed."""

    force_liquid_default = True


class Letterhead(Environment):
    block_nesting_limit = 6
    context_depth_limit = 8
    loop_iteration_limit = 200
    local_namespace_limit = 20_000
    output_stream_limit = LONGEST_TEXT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS or name not in ALL_TAG_WORDS}
        self.filters = {name: _bounded(call) for name, call in self.filters.items() if name in FILTERS}


# Tags that a reader may type; the parser's own (output, content) have no names one could write.
ALL_TAG_WORDS = frozenset(
    [
        "assign",
        "if",
        "unless",
        "case",
        "for",
        "break",
        "continue",
        "comment",
        "#",
        "raw",
        "capture",
        "cycle",
        "decrement",
        "doc",
        "echo",
        "ifchanged",
        "include",
        "increment",
        "liquid",
        "render",
        "tablerow",
    ]
)


def _bounded(call: Callable[..., Any]) -> Callable[..., Any]:
    """Let a filter neither take nor give more than a letter can hold: `replace` could otherwise blow up a string."""

    @functools.wraps(call)
    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        texts = [item for item in (value, *args) if isinstance(item, str)]
        grows = len(args) == 2 and len(texts) == 3
        if any(len(text) > LONGEST_VALUE for text in texts) or (
            grows and len(texts[0]) * len(texts[2]) > LONGEST_TEXT * 10
        ):
            raise ResourceLimitError("a value is too long", token=None)
        if any(isinstance(item, int) and abs(item) > 10**15 for item in (value, *args)):
            raise ResourceLimitError("a number is too large", token=None)
        return call(value, *args, **kwargs)

    return bounded


_environment = Letterhead(undefined=MissingField)


@functools.lru_cache(maxsize=256)
def parsed(source: str) -> BoundTemplate:
    """Parse a template, or refuse it in a sentence that says where."""
    if len(source) > LONGEST_SOURCE:
        raise Refusal(_("These words are too long: at most 20,000 characters."), field="body")
    try:
        return _environment.from_string(source)
    except (LiquidError, RecursionError) as fault:
        raise Refusal(_explained(fault, source), field="body") from fault


@functools.lru_cache(maxsize=256)
def _plain_parts(source: str) -> Parts | None:
    return plain_parts(parsed(source).nodes)


@functools.lru_cache(maxsize=256)
def fields_in(source: str) -> frozenset[str]:
    """Name the fields a template asks for; those it makes itself with `assign` are not among them."""
    return frozenset(str(name) for name in parsed(source).analyze(include_partials=False).globals)


def rendered(source: str, facts: Mapping[str, str | int | bool]) -> str:
    """Fill a template, or refuse: a missing field by its name, a bomb by its kind."""
    plain = _plain_parts(source)
    text = put_together(plain, facts) if plain is not None else None
    try:
        text = parsed(source).render(**facts) if text is None else text
    except UndefinedError as fault:
        raise EmptyField(_field_of(fault)) from fault
    except (LiquidError, RecursionError, ArithmeticError, TypeError, ValueError) as fault:
        raise Refusal(_explained(fault, source), field="body") from fault
    if BRACES.search(text):
        raise Refusal(
            _("A pair of curly brackets is left in the letter. Take it out, or write the field's name in it."),
            field="body",
        )
    return text


class EmptyField(Refusal):
    """A field that has no value for this person and no fallback in the words."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no “%(field)s” for this person.") % {"field": name}, field="body")
        self.name = name


def _field_of(fault: UndefinedError) -> str:
    words = str(fault).split("'")
    return words[1] if len(words) > 2 else str(fault)


def _explained(fault: Exception, source: str) -> str:
    if isinstance(fault, ResourceLimitError | RecursionError):
        return _("These words would never come to an end: a loop or a repetition in them is too large.")
    if isinstance(fault, UnknownFilterError):
        return _("There is no filter of that name: %(what)s.") % {
            "what": fault.message if hasattr(fault, "message") else fault
        }
    where = _line_of(fault, source)
    if isinstance(fault, LiquidSyntaxError):
        return _("Line %(line)d cannot be read: check the brackets there (%(what)s).") % {
            "line": where,
            "what": str(fault).splitlines()[0].rstrip("."),
        }
    return _("These words cannot be filled in: %(what)s.") % {"what": str(fault).splitlines()[0].rstrip(".")}


def _line_of(fault: Exception, source: str) -> int:
    token = getattr(fault, "token", None)
    start = getattr(token, "start_index", 0) if token is not None else 0
    return source.count("\n", 0, start) + 1
