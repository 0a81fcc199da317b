"""The wordings: a list, an editor, and a preview as any person would get it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import answer, redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.weaving import Clash, weave
from regulars.outreach import queries, services
from regulars.outreach.access import words_for
from regulars.outreach.forms import WordingForm
from regulars.outreach.models import Wording, WordingVersion
from regulars.outreach.previewing import Preview, preview_of, sample_of, some_people
from regulars.outreach.services.wordings import looks_like_an_offer
from regulars.outreach.starters import STARTERS
from regulars.staff.doors import requires
from regulars.staff.models import User


@requires("outreach.write")
@require_safe
def word_list(request: HttpRequest) -> HttpResponse:
    """All wordings in force. One query."""
    return render(
        request,
        "outreach/words.html",
        {"versions": [(version, sample_of(version)) for version in queries.wordings_in_force()]},
    )


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change words: preview them as somebody, or keep them as a new version."""
    version = words_for(cast(User, request.user), key)
    wording = version.wording
    initial = {
        "name": wording.name,
        "subject": version.subject,
        "body": version.body,
        "purpose": wording.purpose,
        "has_offer": wording.has_offer,
    }
    return _edit(request, initial, version, key)


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_words(request: HttpRequest) -> HttpResponse:
    """Write words of one's own."""
    version = WordingVersion(wording=Wording(name=""), version=0, body="{{ greeting }},\n\n\n\n{{ signature }}")
    return _edit(request, {"body": version.body, "purpose": "care"}, version, "")


def _edit(request: HttpRequest, initial: dict[str, Any], version: WordingVersion, key: str) -> HttpResponse:
    """What a colleague wrote meanwhile falls together with ours; a text that both changed is asked."""
    is_preview = "preview" in request.POST
    form, clashes = WordingForm(initial=initial), list[Clash]()
    if request.method == "POST":
        data, clashes = weave(request.POST, form) if not is_preview else (request.POST, [])
        form = WordingForm(data)
    if request.method == "POST" and not is_preview and not clashes and form.is_valid():
        try:
            kept = _keep(cast(User, request.user), form, key)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept. New letters use these words; what you approved stays as it is."))
            return redirect("outreach:wording", kept.wording.key)
    subject = form.data.get("subject", version.subject) if form.is_bound else version.subject
    body = form.data.get("body", version.body) if form.is_bound else version.body
    context = {
        "form": form,
        "clashes": clashes,
        "key": key,
        "version": version,
        "is_starter": key in STARTERS,
        "fields": list(queries.FIELDS.values()),
        "people": some_people(),
        "preview": _preview(request, subject, body),
    }
    status = 422 if clashes or (form.is_bound and form.errors and not is_preview) else 200
    return render(request, "outreach/wording.html", context, status=status)


def _keep(user: User, form: WordingForm, key: str) -> WordingVersion:
    words = form.cleaned_data
    return services.save_wording(
        key or services.free_key(words["name"]),
        subject=words["subject"],
        body=words["body"],
        by=user,
        name=words["name"],
        purpose=words["purpose"],
        has_offer=words["has_offer"],
    )


def _preview(request: HttpRequest, subject: str, body: str) -> Preview:
    wanted = request.POST.get("person", "") or request.GET.get("person", "")
    return preview_of(
        subject, body, int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    )


@requires("outreach.write")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The words as one person would get them, while they are typed. Writes nothing."""
    subject, body = request.POST.get("subject", "")[:1000], request.POST.get("body", "")[:30_000]
    context = {"preview": _preview(request, subject, body), "has_offer": "has_offer" in request.POST}
    context["looks_like_offer"] = not context["has_offer"] and looks_like_an_offer(subject, body)
    return answer(request, "outreach/preview.html", "outreach/_preview.html", context)


@requires("outreach.write")
@require_POST
def start_over(request: HttpRequest, key: str) -> HttpResponse:
    """Take the first words of a starter again."""
    try:
        services.back_to_start(key, cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("These are the first words again."))
    return redirect_back(request, "outreach:wording", key)


@requires("outreach.write")
@require_POST
def put_away(request: HttpRequest, key: str) -> HttpResponse:
    """Put one's own words away."""
    try:
        services.archive(get_object_or_404(Wording, key=key), cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Put away."))
    return redirect_back(request, "outreach:wordings")
