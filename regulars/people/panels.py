"""What this room shows on the person page. The page posts back to one panel and gets that panel again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.panels import Panel
from regulars.people.forms import ConsentForm, NoteForm, OccasionForm, QuietForm, ReminderForm, SilenceForm
from regulars.people.models import Channel, Person, Removal, Silence
from regulars.people.queries import coming_up, find_people
from regulars.people.queries.knowing import allowed, happened, known_about, open_silences, said_no
from regulars.people.queries.pairs import alike_to, joined
from regulars.people.queries.together import together as belonging
from regulars.staff.permissions import may

SHOWN = 20
LAST_ANSWER = "people_pair_answered"

REMOVED = "removed"
OFFERED = timedelta(minutes=10)


def panels(request: HttpRequest, person: Person) -> list[Panel]:
    """Return every panel of this room; about fifteen queries, whatever is known of somebody."""
    return [draw(request, person) for draw in PANELS.values()]


def head(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """Who they are, how to reach them, and what to say."""
    known, silences = known_about(person), open_silences(person)
    quiet_words = _quiet_words(request, person, silences)
    context = _base(request, person) | {"known": known, "quiet": quiet_words, "days": _today(person)}
    context["is_unhappy"] = any(silence.kind == Silence.Kind.COMPLAINT for silence in silences)
    context["may_ring"] = Channel.CALL not in said_no(person)
    return Panel(10, "main", "people/_head.html", context | more)


def knowledge(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """What is known: likes, needs, how we met."""
    return Panel(40, "main", "people/_knowledge.html", _base(request, person) | {"known": known_about(person)} | more)


def timeline(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """What happened, newest first, with a note on top."""
    before = _moment(request.GET.get("before", ""))
    entries = happened(person, before=before, limit=SHOWN + 1)
    context = _base(request, person) | {
        "entries": entries[:SHOWN],
        "earlier": entries[SHOWN - 1].at if len(entries) > SHOWN else None,
        "note_form": NoteForm(auto_id="note-%s"),
        "is_continued": before is not None,
        "removed": _removed(request, person, "people.Note"),
    }
    return Panel(80, "main", "people/_timeline.html", context | more)


def upcoming(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """Promises, reminders and the days that matter."""
    reminders = person.reminders.filter(done_at=None).order_by("show_on", "pk")
    context = _base(request, person) | {
        "reminders": list(reminders),
        "days": coming_up(person, clock.today()),
        "removed": _removed(request, person, "people.Occasion"),
        "reminder_form": ReminderForm(auto_id="reminder-%s"),
        "occasion_form": OccasionForm(auto_id="occasion-%s"),
    }
    return Panel(20, "side", "people/_upcoming.html", context | more)


def consent(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """May we?"""
    context = _base(request, person) | {
        "channels": allowed(person),
        "evidence": person.consents.select_related("recorded_by").order_by("-recorded_at", "-pk")[:20],
        "consent_form": ConsentForm(auto_id="consent-%s", initial={"said_on": clock.today()}),
        "may_record": may(request.user, "people.consent"),
    }
    return Panel(30, "side", "people/_consent.html", context | more)


def quiet(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """Leaving them alone."""
    context = _base(request, person) | {
        "silences": open_silences(person),
        "is_quiet": person.quiet_until is not None and person.quiet_until >= clock.today(),
        "quiet_form": QuietForm(auto_id="quiet-%s"),
        "silence_form": SilenceForm(auto_id="silence-%s"),
        "may_export": may(request.user, "people.export"),
        "may_erase": may(request.user, "people.erase"),
    }
    return Panel(90, "side", "people/_quiet.html", context | more)


def together(request: HttpRequest, person: Person, **more: Any) -> Panel:
    """Household, firm, other entries of the same person. About five queries."""
    text = request.GET.get("with", "").strip()[:200]
    may_merge = may(request.user, "people.merge")
    context = _base(request, person) | {
        "together": belonging(person),
        "joined": joined(person),
        "alike": alike_to(person) if may_merge else [],
        "may_merge": may_merge,
        "text": text,
        "found": find_people(text, 6).exclude(pk=person.pk).prefetch_related("emails", "phones") if text else [],
        "last": request.session.pop(LAST_ANSWER, None),
    }
    is_empty = not any([person.household_id, person.organisation_id, context["joined"], context["alike"], text])
    return Panel(85, "side", "people/_together.html", context | more, is_empty and not context["last"])


PANELS: dict[str, Callable[..., Panel]] = {
    "head": head,
    "upcoming": upcoming,
    "consent": consent,
    "knowledge": knowledge,
    "timeline": timeline,
    "together": together,
    "quiet": quiet,
}


def _base(request: HttpRequest, person: Person) -> dict[str, Any]:
    return {"person": person, "may_change": may(request.user, "people.change"), "today": clock.today()}


def _removed(request: HttpRequest, person: Person, table: str) -> Removal | None:
    """What this reader took out a moment ago, if anything: only then a query."""
    pk = request.session.get(REMOVED)
    if not pk:
        return None
    recent = Removal.objects.filter(pk=pk, person=person, table=table, put_back_at=None)
    return recent.filter(at__gt=clock.now() - OFFERED).first()


def _quiet_words(request: HttpRequest, person: Person, silences: Sequence[Silence]) -> str:
    """Why we are quiet. Who may only look reads no death."""
    if silences and silences[0].kind == Silence.Kind.BEREAVEMENT and not may(request.user, "people.change"):
        return _("Go gently today, and nothing to sell")
    if silences:
        kind = capfirst(silences[0].get_kind_display())
        return f"{kind}: {silences[0].why}" if silences[0].why else kind
    return _("Wants to be left alone") if person.quiet_until and person.quiet_until >= clock.today() else ""


def _today(person: Person) -> list[Any]:
    return coming_up(person, clock.today(), days=0)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
