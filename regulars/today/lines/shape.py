"""What every kind of line is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.money import shown
from regulars.outreach.queries.enclosures import Paper, digests

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from regulars.staff.models import User
    from regulars.today.acquaintance import Acquaintance

FREE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody who is due, found by one cheap statement: no words yet. `also` are the other subjects of its kind that
    the line answers as well."""

    kind: str
    subject_id: int
    occurrence: str
    due_on: date
    person_id: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    draft: Draft | None = None
    also: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject_id}:{self.occurrence}"


@dataclass(frozen=True, slots=True)
class Words:
    """Which wording each of some lines has, and what its letter can say besides; both by the key of the line."""

    wording_of: Mapping[str, str]
    extras: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """The words as they would leave; `problem` says what keeps them from leaving."""

    subject: str = ""
    body: str = ""
    wording_version_id: int | None = None
    wording: str = ""
    is_edited: bool = False
    problem: str = ""
    blocks: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""
    language_wanted: str = ""
    # What only the moment knows and the words may speak of.
    extras: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the day. `way` is how it is done: email, card, call, in_person, reminder or question.

    The ways task, thing, news and contact have no letter: their kind writes down what was done. `done_words` is what
    the button of such a line says. `link` is a page of the web on which it is answered, `page` one of ours that
    tells more or, for the way `place`, settles it (`page_words` on the button).
    """

    due: Due
    person: str
    what: str
    why_person: str
    why_now: str
    minutes: Decimal
    way: str
    cost_amount: Decimal = FREE
    chip: str = ""
    tone: str = ""
    purpose: str = "care"
    programme: str = ""
    draft: Draft | None = None
    phone: str = ""
    phone_link: str = ""
    address: str = ""
    remarks: tuple[str, ...] = ()
    email: str = ""
    done_words: str = ""
    question_id: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    link: str = ""
    page: str = ""
    page_words: str = ""

    @property
    def key(self) -> str:
        return self.due.key

    @property
    def seen(self) -> str:
        """The short name of what this line shows; a line that changed since it was read has another one."""
        words = [self.draft.subject, self.draft.body] if self.draft else ["", ""]
        if self.draft and self.draft.blocks:
            words.append(json.dumps(self.draft.blocks, sort_keys=True))
        if self.draft and self.draft.files and self.way == "email":
            words += digests(self.draft.files)
        words += map(str, self.due.also)
        return hashlib.sha256("\0".join((self.key, self.way, *words)).encode()).hexdigest()[:16]

    @property
    def buttons(self) -> str:
        """The template of what can be done with it."""
        return f"today/_do_{self.way}.html"

    @property
    def words_url(self) -> str:
        return address("words", self.key)

    @property
    def outcome_url(self) -> str:
        return address("outcome", self.key)

    @property
    def snooze_url(self) -> str:
        return address("snooze", self.key)

    @property
    def skip_url(self) -> str:
        return address("skip", self.key)

    @property
    def print_url(self) -> str:
        return address("print", self.key)

    @property
    def answer_url(self) -> str:
        return address("answer", self.key)

    @property
    def what_beside(self) -> str:
        return f"· {self.what}"

    @property
    def cost_words(self) -> str:
        """Minutes and, where it costs something, money."""
        shown_minutes = "½" if self.minutes == Decimal("0.5") else number_format(self.minutes.normalize())
        minutes = _("%(minutes)s min") % {"minutes": shown_minutes}
        return f"{minutes} · {shown(self.cost_amount, business().currency)}" if self.cost_amount else minutes

    @property
    def subject_shown(self) -> str:
        return self.draft.subject if self.draft and self.way == "email" else ""

    @property
    def files_shown(self) -> tuple[Paper, ...]:
        """The files that go with the letter; nothing else carries any."""
        return self.draft.files if self.draft and self.way == "email" else ()

    @property
    def first_words(self) -> str:
        """How the letter begins after its greeting, for where it is folded."""
        paragraphs = self.draft.body.split("\n\n") if self.draft else []
        opening = paragraphs[1] if len(paragraphs) > 1 else "".join(paragraphs)
        return Truncator(" ".join(opening.split())).chars(72)

    @property
    def foot(self) -> str:
        if self.draft and self.draft.is_edited:
            return _("Your own words.")
        return _("To copy in your own hand.") if self.way == "card" else ""

    def as_row(self) -> dict[str, Any]:
        """The line for programs; `draft` is its text, or null."""
        text = "\n\n".join(part for part in (self.draft.subject, self.draft.body) if part) if self.draft else ""
        return {
            "kind": self.due.kind,
            "person": self.person,
            "what": self.what,
            "why_person": self.why_person,
            "why_now": self.why_now,
            "minutes": float(self.minutes),
            "cost": str(self.cost_amount),
            "due_on": self.due.due_on.isoformat(),
            "draft": text or None,
        }


@lru_cache(maxsize=16)
def _around(place: str) -> tuple[str, str]:
    """An address of a line, before and after its key; thirty lines have two hundred of them, found anew each time."""
    before, _key, after = reverse(f"today:{place}", args=["KEY"]).rpartition("KEY")
    return before, after


def address(place: str, key: str) -> str:
    """Where one thing is done with one line, as `reverse` says it."""
    before, after = _around(place)
    return f"{before}{quote(key, safe=':')}{after}"


Finder = Callable[[date, int, Collection[int] | None], Sequence[Due]]
Composer = Callable[[Sequence[Due], "Mapping[int, Acquaintance]", date], Sequence[Line]]
Wordings = Callable[[Sequence[Due], "Mapping[int, Acquaintance]"], Words]
Settler = Callable[[Line, str, str, "User | None"], None]
Successor = Callable[[Collection[int], date], Collection[int]]
Listener = Callable[[Line, str, "User | None"], None]


@dataclass(frozen=True)
class Kind:
    """One kind of line: `due(on, limit, only)` finds, `compose(dues, known, on)` puts into words.

    A kind with letters names the words of each by `words(dues, known)`; the drafts of all kinds are made at once, and
    `compose` finds each in its `due.draft`.

    `shown` is how many of it stand on the page at once; calls take long, so fewer of what mostly means a call.
    `settle(line, outcome, note, by)` writes down, in the room that knows, what came of a line without a letter; it runs
    once a line, in the transaction of the decision. The outcome is what was said, or "skipped". `reached(line, note,
    by)` tells the room that knows when a letter was approved or a call reached them. `instead(subject_ids, on)` names
    the subjects of the lines that stand where those of other subjects stood.
    """

    key: str
    heading: StrOrPromise
    aside: StrOrPromise
    due: Finder
    compose: Composer
    words: Wordings | None = None
    shown: int = 10
    settle: Settler | None = None
    reached: Listener | None = None
    instead: Successor | None = None
