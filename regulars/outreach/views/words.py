"""The wordings: a list, and the desk they are written at, in our own language and in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import answer, redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.weaving import Clash, weave
from regulars.outreach import queries, services
from regulars.outreach.access import words_for
from regulars.outreach.blocks import KINDS, THEMES, text_of
from regulars.outreach.blocks.schema import layout_of
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.links import sms_link
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.choosing_files import chosen_files, ticks
from regulars.outreach.desk import PLAIN, Desk, files_of, pictures_offered, with_picture
from regulars.outreach.forms import BareForm, VariantBareForm, VariantForm, WordingForm
from regulars.outreach.library import TONES, LibraryText, text_named, texts
from regulars.outreach.models import Channel, Wording, WordingVersion
from regulars.outreach.previewing import (
    Preview,
    as_version,
    occasion_examples,
    preview_of,
    sample_of,
    some_people,
    somebody,
)
from regulars.outreach.queries.enclosures import Papers, papers_of_version
from regulars.outreach.queries.variants import Variants, language_name, other_languages, variants_of, variants_of_each
from regulars.outreach.services.drafting import Draft
from regulars.outreach.starters import STARTERS
from regulars.outreach.weights import weight_of
from regulars.people.models import Person
from regulars.staff.doors import requires, who_knocks

OWN_SHOWN = 20
# What an empty page begins with, by the way the words go.
BEGINS: dict[str, str] = {
    Channel.EMAIL: "{{ greeting }},\n\n\n\n{{ signature }}",
    Channel.TEXT: "{{ greeting }}, ",
    Channel.CARD: "{{ greeting }},\n\n\n\n{{ signature }}",
}


@requires("outreach.write")
@require_safe
def word_list(request: HttpRequest) -> HttpResponse:
    """All wordings in force, and what mailings of their own say by text or card. Four queries."""
    versions = queries.wordings_in_force()
    known = variants_of_each({one.wording.key: one for one in versions if one.pk})
    rows = [
        {"version": one, "sample": sample_of(one), "how": _how(one.wording, known.get(one.wording.key))}
        for one in versions
    ]
    return render(request, "outreach/words.html", {"rows": rows, "own": _own_words()})


def _how(wording: Wording, known: Variants | None) -> str:
    """The way it goes where that is not by letter, and its languages where there are several."""
    way = "" if wording.channel == Channel.EMAIL else str(Channel(wording.channel).label)
    spoken = _spoken([known.main, *sorted(set(known.by_language) - {known.main})]) if known else ""
    return " · ".join(filter(None, (way, spoken)))


def _spoken(codes: Sequence[str]) -> str:
    return ", ".join(map(language_name, codes)) if len(codes) > 1 else ""


def _own_words() -> list[dict[str, Any]]:
    own = queries.own_words_of_mailings(OWN_SHOWN)
    return [{"wording": one, "sample": sample_of(one.latest), "how": _own_how(one)} for one in own if one.latest]


def _own_how(wording: Wording) -> str:
    spoken = _spoken([business().language, *(row.language for row in wording.variants.all())])
    return " · ".join(filter(None, (str(Channel(wording.channel).label), spoken)))


@requires("outreach.write")
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Texts to begin with, by what they are for. No query."""
    letters = [text for text in texts(business().language) if text.channel == Channel.EMAIL]
    playbooks: dict[str, list[tuple[LibraryText, str]]] = {}
    for text in letters:
        playbooks.setdefault(text.playbook, []).append((text, str(TONES[text.tone])))
    return render(request, "outreach/library.html", {"playbooks": list(playbooks.values())})


@dataclass(frozen=True)
class Subject:
    """What is being written: which words, in which language, and what they began with."""

    version: WordingVersion
    key: str = ""
    language: str = ""
    initial: dict[str, Any] | None = None
    main: WordingVersion | None = None

    @property
    def papers(self) -> Papers:
        """The files that go with it now; a language that is new begins with those of our own words."""
        begins = self.version if self.version.pk or self.main is None else self.main
        return papers_of_version(begins.pk)

    @property
    def desk(self) -> Desk:
        return Desk.of(self.version.body, self.version.blocks)


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change words: preview them as somebody, or keep them as a new version."""
    version = words_for(who_knocks(request), key)
    wording = version.wording
    initial = {"name": wording.name, "purpose": wording.purpose, "has_offer": wording.has_offer}
    return _edit(request, Subject(version, key, initial=initial))


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_words(request: HttpRequest, channel: str = Channel.EMAIL) -> HttpResponse:
    """Write words of one's own, from nothing or from a text of the library (`?from=`); for a text or a card as well."""
    if channel not in BEGINS:
        raise Http404
    begins = text_named(request.GET.get("from", ""), business().language) if channel == Channel.EMAIL else None
    wording = Wording(name="", channel=channel)
    if begins is None:
        body = BEGINS[channel]
        return _edit(
            request, Subject(WordingVersion(wording=wording, version=0, body=body), initial={"purpose": "care"})
        )
    version = WordingVersion(
        wording=wording, version=0, subject=begins.subject, body=begins.words, blocks=begins.layout.stored()
    )
    initial = {"purpose": begins.purpose, "name": begins.name, "has_offer": begins.has_offer}
    return _edit(request, Subject(version, initial=initial))


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def in_language(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """The same words in another language of the house."""
    main = words_for(who_knocks(request), key)
    if language not in other_languages():
        raise Http404
    version = variants_of(main).by_language.get(language)
    if version is None:
        version = WordingVersion(
            wording=main.wording, version=0, language=language, subject=main.subject, body=main.body, blocks=main.blocks
        )
    return _edit(request, Subject(version, key, language, {}, main))


def _edit(request: HttpRequest, subject: Subject) -> HttpResponse:
    """What a colleague wrote meanwhile falls together with ours; a text that both changed is asked."""
    desk = Desk.sent(request.POST) if request.method == "POST" else subject.desk
    kind = VariantForm if subject.language else WordingForm
    if subject.version.wording.channel != Channel.EMAIL:
        kind = VariantBareForm if subject.language else BareForm
    initial = {**(subject.initial or {}), "subject": subject.version.subject, "body": subject.desk.written()}
    form, clashes = kind(initial=initial), list[Clash]()
    is_asking = "do" in request.POST or "preview" in request.POST
    if request.method == "POST":
        desk = _with_files(request, desk)
        data = request.POST.copy()
        data["body"] = desk.written()
        if subject.key and not is_asking:  # of new words nobody else has any
            data, clashes = weave(data, form)
            desk = subject.desk if data["body"] == initial["body"] else desk
        form = kind(data)
    if "do" in request.POST:
        desk = _done(request, desk, subject)
    elif request.method == "POST" and not is_asking and not clashes and form.is_valid():
        try:
            kept = _keep(request, form.cleaned_data, desk, subject)
        except Refusal as refusal:
            desk = _refused(form, desk, refusal)
        else:
            messages.success(request, _("Kept. New letters use these words; what you approved stays as it is."))
            return _back(kept, subject.language)
    is_refused = bool(clashes or desk.problem or (form.is_bound and form.errors and not is_asking))
    return _page(request, subject, form, desk, clashes, 422 if is_refused else 200)


def _back(kept: WordingVersion, language: str) -> HttpResponse:
    if language:
        return redirect("outreach:wording-in", kept.wording.key, language)
    return redirect("outreach:wording", kept.wording.key)


def _with_files(request: HttpRequest, desk: Desk) -> Desk:
    """Keep the pictures that were sent along, each in its block."""
    for row, file in files_of(request, desk):
        try:
            picture = services.keep_picture(file, row.texts.get("alt", ""), who_knocks(request))
        except Refusal as refusal:
            desk = replace(desk, problem=refusal.sentence)
        else:
            desk = with_picture(desk, row, picture.name)
    return desk


def _done(request: HttpRequest, desk: Desk, subject: Subject) -> Desk:
    what = request.POST["do"]
    if what != "try":
        return desk.done(what)
    purpose = request.POST.get("purpose", subject.version.wording.purpose)
    try:
        version = typed_version(request, desk, subject.language)
        person = reader(request)
        if person is None:
            raise Refusal(_("There is nobody yet to write it for. Add a person first."))
        extras = occasion_examples(version)
        papers = _ticked(request, subject)
        to_myself(request, version, person, purpose=purpose, extras=extras, papers=papers)
    except Refusal as refusal:
        return replace(desk, problem=refusal.sentence)
    return desk


def to_myself(request: HttpRequest, version: WordingVersion, person: Person, **more: Any) -> None:
    """Send what `person` would get to whoever asks, a letter or a text, and say what became of it; refuses in words."""
    user = who_knocks(request)
    if version.wording.channel == Channel.TEXT:
        more.pop("papers", None)
        more.pop("purpose", None)
        address = request.POST.get("number", "")[:40].strip()
        said = services.text_to_me(version, person, address, user, **more)
        request.session["own_number"] = address
    else:
        address, said = user.email, services.send_to_me(version, person, user, **more)
    words = _("Sent to %(address)s, as %(name)s would get it. The server said: %(said)s")
    messages.success(request, words % {"address": address, "name": person.full_name, "said": said[:120]})


def _ticked(request: HttpRequest, subject: Subject) -> Papers:
    return tuple(one["paper"] for one in ticks(request, subject.papers) if one["is_ticked"])


def _refused(form: VariantForm | WordingForm, desk: Desk, refusal: Refusal) -> Desk:
    """Say it at its field where there is one on the page, else above the blocks."""
    if refusal.field in form.fields and (refusal.field != "body" or desk.mode == PLAIN):
        form.add_error(refusal.field, refusal.sentence)
        return desk
    place = (refusal.field or "").partition(".")
    row = desk.rows[int(place[0]) - 1] if place[0].isdigit() and int(place[0]) <= len(desk.rows) else None
    return replace(desk, problem=refusal.sentence, focus=f"{row.uid}-{place[2]}" if row else "")


def _keep(request: HttpRequest, said: dict[str, Any], desk: Desk, subject: Subject) -> WordingVersion:
    return services.save_wording(
        subject.key or services.free_key(said["name"]),
        subject=said.get("subject", ""),
        body=said["body"] if desk.mode == PLAIN else "",
        by=who_knocks(request),
        name=said.get("name", ""),
        purpose=said.get("purpose", ""),
        has_offer=said.get("has_offer", False),
        blocks=None if desk.mode == PLAIN else desk.stored() or {"blocks": []},
        language=subject.language,
        files=chosen_files(request),
        channel=subject.version.wording.channel,
    )


def typed_version(request: HttpRequest, desk: Desk, language: str) -> WordingVersion:
    """The words on the desk as they would be a version."""
    blocks = desk.stored()
    body = text_of(layout_of(blocks)) if desk.mode != PLAIN else desk.body
    channel = request.POST.get("channel", "")
    channel = channel if channel in BEGINS else Channel.EMAIL
    return as_version(request.POST.get("subject", "")[:1000], body[:60_000], blocks, language, channel)


def reader(request: HttpRequest) -> Any:
    """Whoever the words are read as: the one chosen, or found by what was typed."""
    asked = {**request.GET.dict(), **request.POST.dict()}
    wanted = asked.get("person", "")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    return somebody(int(wanted) if is_number else None, asked.get("who", "")[:200])


def tap_url(channel: str, draft: Draft | None) -> str:
    """What opens a text in the owner's own phone; they choose to whom."""
    return sms_link("", draft.text) if channel == Channel.TEXT and draft else ""


def preview_for(request: HttpRequest, desk: Desk, language: str, *, with_warnings: bool = True) -> Preview:
    try:
        return preview_of(typed_version(request, desk, language), reader(request), with_warnings=with_warnings)
    except Refusal as refusal:
        return Preview(problem=refusal.sentence)


def _page(
    request: HttpRequest,
    subject: Subject,
    form: VariantForm | WordingForm,
    desk: Desk,
    clashes: list[Clash],
    status: int,
) -> HttpResponse:
    is_typed = request.method == "POST"
    preview = preview_for(request, desk, subject.language) if is_typed else preview_of(subject.version, reader(request))
    wording = subject.version.wording
    files = ticks(request, subject.papers)
    ticked = [one["paper"] for one in files if one["is_ticked"]]
    context = {
        "form": form,
        "desk": desk,
        "clashes": clashes,
        "key": subject.key,
        "version": subject.version,
        "variant": subject.language,
        "language_label": language_name(subject.language) if subject.language else "",
        "languages": _languages(subject) if subject.key else [],
        "is_starter": subject.key in STARTERS,
        "is_kept": bool(wording.pk and subject.version.pk),
        "fields": list(queries.FIELDS.values()),
        "measured": measure(desk.body) if wording.channel == Channel.TEXT else None,
        "channel": wording.channel,
        "tap_url": tap_url(wording.channel, preview.draft),
        "has_provider": wording.channel == Channel.TEXT and active_text_account() is not None,
        "own_number": request.session.get("own_number", ""),
        "kinds": list(KINDS.values()),
        "themes": list(THEMES.items()),
        "pictures": pictures_offered() if desk.mode == "blocks" else [],
        "people": some_people(request.POST.get("who", "")),
        "preview": preview,
        "files": files,
        "papers": ticked,
        "weight": weight_of(preview.draft, ticked, 1) if ticked and preview.draft else None,
    }
    return answer(request, "outreach/wording.html", "outreach/_desk.html", context, status=status)


def _languages(subject: Subject) -> list[dict[str, Any]]:
    """Our own language and the others of the house: those there are words in, and those that could be begun."""
    main = subject.version if not subject.language else queries.latest(subject.key)
    known = variants_of(main)
    ours = {"code": "", "label": language_name(known.main), "is_there": True, "is_current": not subject.language}
    others = [
        {
            "code": code,
            "label": language_name(code),
            "is_there": code in known.by_language,
            "is_current": code == subject.language,
        }
        for code in other_languages()
    ]
    return [ours, *others]


@requires("outreach.write")
@require_POST
def start_over(request: HttpRequest, key: str) -> HttpResponse:
    """Take the first words of a starter again."""
    try:
        services.back_to_start(key, who_knocks(request))
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
        services.archive(get_object_or_404(Wording, key=key), who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Put away."))
    return redirect_back(request, "outreach:wordings")


@requires("outreach.write")
@require_POST
def put_language_away(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """Have no words in this language any more."""
    services.drop_variant(get_object_or_404(Wording, key=key), language, who_knocks(request))
    messages.success(request, _("Put away."))
    return redirect_back(request, "outreach:wording", key)
