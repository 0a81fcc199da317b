"""A year of cards: who is covered, who gets nothing, what it costs; one person's plan; the letter of the month."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services as ledger
from regulars.outreach.models import Channel, MonthLetter, State, Touch, YearDay
from regulars.outreach.queries import year as coverage
from regulars.outreach.queries.card_budget import may_be_left_out, over_this_month
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services import year
from regulars.outreach.services.printing.stationery import stationery
from regulars.outreach.services.year.letters import latest_letters, month_words, stories
from regulars.outreach.trying_shown import findings_of
from regulars.people.access import person_here
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

PAGE = 30
LETTERS_SHOWN = 50


@requires("outreach.see")
@require_safe
def year_page(request: HttpRequest) -> HttpResponse:
    """The whole year on one page. At most thirty-four queries, whatever the number of people.

    Where letters wait for a yes, five more for each wording among them.
    """
    user = who_knocks(request)
    on = clock.today()
    page = _number(request.GET.get("page", "1"))
    left = coverage.left_lately()
    rows = list(coverage.gets_nothing(on, left).only("pk", "full_name")[(page - 1) * PAGE : page * PAGE + 1])
    why = coverage.why_nothing(rows[:PAGE])
    found = coverage.coverage(on, left)
    letters = list(_letters_waiting()[:LETTERS_SHOWN])
    context = {
        "is_begun": coverage.is_begun(),
        "days": list(YearDay.objects.all()),
        "found": found,
        "sentence": _sentence(found),
        "months": [(str(MONTHS[month.month]), month) for month in found.months],
        "all_over": all(month.is_over for month in found.months),
        "total": sum((month.cost_amount for month in found.months), start=0),
        "budget": stationery().budget_amount,
        "over": over_this_month(on),
        "spent": coverage.spent_this_month(on),
        "without": [(person, why[person.pk]) for person in rows[:PAGE]],
        "previous_url": f"?page={page - 1}" if page > 1 else "",
        "next_url": f"?page={page + 1}" if len(rows) > PAGE else "",
        "letters": letters,
        "findings": findings_of(letters),
        "month_letters": [(month_words(letter.month_on), letter) for letter in latest_letters()],
        "may_write": may(user, "outreach.write"),
        "may_approve": may(user, "outreach.approve"),
        "month_choices": list(MONTHS.items()),
    }
    return render(request, "outreach/year.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _sentence(found: coverage.Coverage) -> str:
    if found.people and not found.nothing:
        return _("Everybody gets something this year.")
    words = ngettext(
        "%(nothing)s of %(people)s will get nothing this year.",
        "%(nothing)s of %(people)s will get nothing this year.",
        found.nothing,
    )
    return words % {"nothing": found.nothing, "people": found.people}


def _letters_waiting() -> Any:
    """Greetings of the season by e-mail that wait for a yes: for those without a postal address."""
    rows = Touch.objects.filter(in_state(State.PLANNED), channel=Channel.EMAIL, programme__startswith="season:")
    return rows.select_related("person").order_by("due_at", "pk")


@requires("outreach.write")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a year of cards, and plan what comes near."""
    user = who_knocks(request)
    year.begin_year(user)
    new = year.plan_year(clock.today())
    words = ngettext("Begun. %(n)d card is planned already.", "Begun. %(n)d cards are planned already.", new)
    messages.success(request, words % {"n": new})
    return _back()


def _back() -> HttpResponse:
    reply = redirect("outreach:year")
    reply.status_code = 303
    return reply


@requires("outreach.write")
@require_POST
def change_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Switch a reason on or off, or move a day of the year."""
    day = get_object_or_404(YearDay, pk=day_id)
    try:
        year.change_day(
            day,
            who_knocks(request),
            is_on=bool(request.POST.get("is_on")),
            month=_number(request.POST["month"]) if request.POST.get("month") else None,
            on=_number(request.POST["day"]) if request.POST.get("day") else None,
        )
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Kept."))
    return _back()


@requires("outreach.approve")
@require_POST
def leave_out(request: HttpRequest) -> HttpResponse:
    """Leave out the ticked cards of a month that costs too much; a promised one stays, whoever asks."""
    picked = [int(pk) for pk in request.POST.getlist("card") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    ids = list(may_be_left_out(clock.today()).filter(pk__in=picked).values_list("pk", flat=True))
    n = ledger.cancel(ids, who_knocks(request), _("Left out: the cards of the month cost more than was set."))
    words = ngettext("%(n)d card is left out this time.", "%(n)d cards are left out this time.", n)
    messages.success(request, words % {"n": n})
    return _back()


@requires("outreach.approve")
@require_POST
def send_letters(request: HttpRequest) -> HttpResponse:
    """One yes to the letters shown, for those without a postal address."""
    pairs = (pair.partition("=") for pair in request.POST.getlist("letter"))
    seen = {int(pk): name for pk, _sign, name in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19}
    wanted = set(_letters_waiting().filter(pk__in=seen).values_list("pk", flat=True))
    answer = ledger.approve(sorted(wanted), who_knocks(request), seen)
    words = ngettext("%(n)d letter goes out in time.", "%(n)d letters go out in time.", len(answer.approved))
    messages.success(request, words % {"n": len(answer.approved)})
    for sentence in sorted(set(answer.refused.values())):
        messages.error(request, sentence)
    return _back()


@requires("outreach.see")
@require_safe
def person_year(request: HttpRequest, person_id: int) -> HttpResponse:
    """What one person will get within a year, and what they were given before. At most twelve queries."""
    person = person_here(person_id)
    context = {
        "person": person,
        "gives": coverage.plan_of(person, clock.today()),
        "given": coverage.given_to(person),
        "why": coverage.why_nothing([person])[person.pk],
        "least": coverage.LEAST,
    }
    return render(request, "outreach/person_year.html", context)


@requires("outreach.see")
@require_safe
def month_letter(request: HttpRequest, year_number: int, month: int) -> HttpResponse:
    """The letter of one month."""
    try:
        month_on = date(year_number, month, 1)
    except ValueError as no_month:
        raise Http404 from no_month
    letter = get_object_or_404(MonthLetter, month_on=month_on)
    context = {"letter": letter, "month": month_words(month_on), "stories": stories(letter)}
    return render(request, "outreach/month_letter.html", context)
