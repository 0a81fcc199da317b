"""What was done to many people lately, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.people.models import BulkAct, Kind

SHOWN = 30


@dataclass(frozen=True)
class Done:
    act: BulkAct
    words: str

    @property
    def can_return(self) -> bool:
        return self.act.state == BulkAct.State.DONE and self.act.count > 0


def lately(limit: int = SHOWN) -> list[Done]:
    """Return the last acts, newest first. One query."""
    rows = BulkAct.objects.select_related("by", "undone_by").order_by("-at", "-pk")[:limit]
    return [Done(act, words_of(act)) for act in rows]


def words_of(act: BulkAct) -> str:
    """Say what was done and to how many."""
    n = act.count
    if act.kind == BulkAct.Kind.TAG:
        words = ngettext("%(n)s person is now tagged “%(tag)s”.", "%(n)s people are now tagged “%(tag)s”.", n)
    elif act.kind == BulkAct.Kind.UNTAG:
        words = ngettext(
            "The tag “%(tag)s” was taken off %(n)s person.", "The tag “%(tag)s” was taken off %(n)s people.", n
        )
    elif act.kind == BulkAct.Kind.KIND:
        words = ngettext("%(n)s person is now noted as: %(kind)s.", "%(n)s people are now noted as: %(kind)s.", n)
    elif act.kind == BulkAct.Kind.QUIET:
        words = ngettext("%(n)s person is left alone until %(day)s.", "%(n)s people are left alone until %(day)s.", n)
    else:
        words = ngettext("%(n)s pair was made one person.", "%(n)s pairs were each made one person.", n)
    return words % {"n": n, **_facts(act)}


def _facts(act: BulkAct) -> dict[str, str]:
    facts = {name: str(value) for name, value in act.facts.items()}
    if "kind" in facts:
        facts["kind"] = str(dict(Kind.choices).get(facts["kind"], facts["kind"]))
    if "until" in facts:
        facts["day"] = date_format(date.fromisoformat(facts["until"]))
    if "tag" not in facts:
        facts["tag"] = _("no tag")
    return facts
