"""Words looked at before they are kept: as text, as the letter itself, on everybody, and as they were before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import answer, redirect_back
from regulars.outreach import services
from regulars.outreach.access import words_for
from regulars.outreach.desk import Desk
from regulars.outreach.models import WordingVersion
from regulars.outreach.previewing import Preview, letter_on_screen, preview_of, some_people, tried_on_everybody
from regulars.outreach.queries.enclosures import papers_of_versions
from regulars.outreach.queries.variants import language_name, other_languages, variants_of
from regulars.outreach.services import printing
from regulars.outreach.services.drafting import Draft
from regulars.outreach.services.wordings import looks_like_an_offer
from regulars.outreach.views.words import preview_for, reader, tap_url
from regulars.staff.doors import requires, who_knocks

# A letter is nobody's page: it runs nothing, fetches nothing and is shown only inside ours.
LETTER_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def _language(request: HttpRequest) -> str:
    wanted = request.POST.get("language", "") or request.GET.get("language", "")
    return wanted if wanted in other_languages() else ""


@requires("outreach.write")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The words as one person would get them, while they are typed. Writes nothing."""
    found = preview_for(request, Desk.sent(request.POST), _language(request))
    text = "\n".join(found.paragraphs)
    is_offer = "has_offer" not in request.POST and looks_like_an_offer(found.subject, text)
    channel = request.POST.get("channel", "")
    context = {"preview": found, "looks_like_offer": is_offer, "tap_url": tap_url(channel, found.draft)}
    return answer(request, "outreach/preview.html", "outreach/_preview.html", context)


@requires("outreach.write")
@require_POST
def typed_letter(request: HttpRequest) -> HttpResponse:
    """The letter itself, as it stands on the desk, for the frame. Writes nothing."""
    found = preview_for(request, Desk.sent(request.POST), _language(request), with_warnings=False)
    return _letter(request, found, request.POST.get("purpose", ""))


@requires("outreach.write")
@require_POST
def typed_card(request: HttpRequest) -> HttpResponse:
    """The card as it stands on the desk, as the sheet that would be printed. Writes nothing."""
    found = preview_for(request, Desk.sent(request.POST), _language(request), with_warnings=False)
    if found.draft is None:
        return framed(_alone(found.problem))
    return card_sheet(found.person.pk if found.person else None, found.draft)


def card_sheet(person_id: int | None, draft: Draft) -> HttpResponse:
    """One card as a PDF, to look at: it is nobody's run, and the code on it leads nowhere."""
    reply = HttpResponse(printing.proof(person_id, draft), content_type="application/pdf")
    reply["Content-Disposition"] = 'inline; filename="card.pdf"'
    reply["Cache-Control"] = "no-store"
    return reply


@requires("outreach.write")
@require_safe
def kept_letter(request: HttpRequest, key: str) -> HttpResponse:
    """The letter in force as the person beside it would get it, for the frame before anything is typed."""
    version = words_for(who_knocks(request), key)
    version = variants_of(version).by_language.get(_language(request), version)
    person = reader(request) if request.GET.get("person") else None
    return _letter(request, preview_of(version, person), version.wording.purpose)


def _letter(request: HttpRequest, found: Preview, purpose: str) -> HttpResponse:
    scheme = request.POST.get("scheme", "") or request.GET.get("scheme", "")
    if found.draft is None:
        html = _alone(found.problem)
    else:
        html = letter_on_screen(found.draft, purpose, scheme)
    return framed(html)


def _alone(sentence: str) -> str:
    return f'<!doctype html><html><body style="font:16px sans-serif;margin:24px">{escape(sentence)}</body></html>'


def framed(html: str) -> HttpResponse:
    """A letter for the frame of one of our pages."""
    reply = HttpResponse(html)
    reply["Content-Security-Policy"] = LETTER_POLICY
    reply["X-Frame-Options"] = "SAMEORIGIN"
    reply["Cache-Control"] = "no-store"
    return reply


@requires("outreach.write")
@require_safe
def readers(request: HttpRequest) -> HttpResponse:
    """People to read the words as, found by what is typed. Few queries."""
    context = {"people": some_people(request.GET.get("who", "")[:200]), "preview": Preview()}
    return render(request, "outreach/_readers.html", context)


@requires("outreach.write")
@require_safe
def on_everybody(request: HttpRequest, key: str) -> HttpResponse:
    """What would happen if these words went to everybody. Two queries for every five thousand people."""
    version = words_for(who_knocks(request), key)
    return render(request, "outreach/preflight.html", {"version": version, "found": tried_on_everybody(version)})


@requires("outreach.write")
@require_safe
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """How these words read before, the newest first. Four queries."""
    version = words_for(who_knocks(request), key)
    wording = version.wording
    rows = list(wording.versions.select_related("created_by")[:100]) if wording.pk else []
    in_force = {wording.latest_id, *(wording.variants.values_list("latest_id", flat=True) if wording.pk else ())}
    papers = papers_of_versions(row.pk for row in rows)
    lines = [
        {
            "version": row,
            "papers": papers.get(row.pk, ()),
            "language": language_name(row.language) if row.language else "",
            "is_in_force": row.pk in in_force,
        }
        for row in rows
    ]
    return render(request, "outreach/versions.html", {"version": version, "lines": lines})


@requires("outreach.write")
@require_POST
def retake(request: HttpRequest, version_id: int) -> HttpResponse:
    """Let an earlier version be in force again."""
    version = get_object_or_404(WordingVersion.objects.select_related("wording"), pk=version_id)
    services.take_again(version, who_knocks(request))
    messages.success(request, _("Kept. New letters use these words; what you approved stays as it is."))
    return redirect_back(request, "outreach:versions", version.wording.key)
