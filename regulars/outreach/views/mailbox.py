"""Connect a mailbox, try it, hang up. The password is never shown again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import services, setting_up
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.identity.words import told
from regulars.outreach.channels.email.news import TELLERS
from regulars.outreach.channels.email.oauth import DOORS
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.forms import InboxForm, MailboxForm, SelectorForm, TestLetterForm
from regulars.outreach.models import IdentityCheck, Inbox, SendingAccount
from regulars.outreach.services.allowance import used_today
from regulars.outreach.services.mail_hooks import address_of, hook_of
from regulars.outreach.services.pacing_rules import allowed_today
from regulars.outreach.services.resting import active_account
from regulars.staff.doors import requires, who_knocks


@requires("outreach.connect")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox_page(request: HttpRequest) -> HttpResponse:
    """Show the way letters leave and how it stands; or what can be connected; or the form for one of them."""
    account = active_account()
    preset = request.POST.get("preset") or request.GET.get("kind", "")
    form = _form(request, account, preset) if preset in {*PROVIDERS, *ESPS} or request.method == "POST" else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            account = services.connect_account(_new_account(form.cleaned_data), who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Connected. Send yourself a test letter to be sure."))
            _also_read(request, account, bool(form.cleaned_data.get("read_answers")))
            return redirect("outreach:mailbox")
    return _page(request, account, form, status=422 if form is not None and form.errors else 200)


def _form(request: HttpRequest, account: SendingAccount | None, preset: str) -> MailboxForm:
    form = MailboxForm(request.POST or None, initial=_initial(account, preset), preset=preset)
    if account is None or account.preset != preset:
        for name in form.fields.keys() & {"password", *(ask.key for esp in ESPS.values() for ask in esp.asks)}:
            if form.fields[name].help_text == MailboxForm.base_fields["password"].help_text:
                form.fields[name].help_text = _("Kept encrypted and never shown again.")
    return form


def _also_read(request: HttpRequest, account: SendingAccount, is_wanted: bool) -> None:
    """Read answers from the same mailbox, where that works by itself; if not, the page offers it."""
    if not is_wanted:
        return
    try:
        services.connect_inbox(account, services.NewInbox(), who_knocks(request))
    except Refusal as refusal:
        messages.warning(request, _("Answers cannot be read yet. %(why)s") % {"why": refusal.sentence})


def _page(
    request: HttpRequest,
    account: SendingAccount | None,
    form: MailboxForm | None = None,
    *,
    test: TestLetterForm | None = None,
    inbox_form: InboxForm | None = None,
    selector_form: SelectorForm | None = None,
    status: int = 200,
) -> HttpResponse:
    inbox = Inbox.objects.filter(account=account).first() if account else None
    check = IdentityCheck.objects.filter(account=account).first() if account else None
    hook = hook_of(account) if account and account.preset in TELLERS else None
    preset = str(form["preset"].value() or "") if form else ""
    context = {
        "account": account,
        "used_today": used_today(account) if account else 0,
        "allowed_today": allowed_today(account) if account else None,
        "form": form,
        "kind": setting_up.kind_of(preset) if form else None,
        "can_sign_in": preset in DOORS,
        "groups": setting_up.groups(),
        "steps": setting_up.steps(account, inbox, check) if account else [],
        "check": check,
        "findings": [told(finding) for finding in services.findings_of(check)],
        "test_form": test or TestLetterForm(initial={"to": _own_address(request)}),
        "selector_form": selector_form or SelectorForm(initial={"selector": check.selector if check else ""}),
        "inbox": inbox,
        "inbox_form": inbox_form or (InboxForm(initial=_reading(account, inbox)) if account else None),
        "has_news": account is not None and account.preset in TELLERS,
        "signs": account is not None and account.preset in TELLERS and bool(TELLERS[account.preset].signed_by),
        "news_hook": hook,
        "news_address": address_of(hook) if hook else "",
        "outbox_folder": settings.OUTBOX_DIR,
        "public_address": business().public_address,
    }
    return render(request, "outreach/mailbox.html", context, status=status)


def _initial(account: SendingAccount | None, preset: str) -> dict[str, Any]:
    usual = {"preset": preset, "from_name": business().name, "port": 587, "security": "starttls", "read_answers": True}
    usual["starts_gently"] = preset in {*ESPS, "ses", "host"}
    if account is None or account.preset != preset:
        return usual
    usual["starts_gently"] = account.warms_up_from is not None
    names = ("from_address", "from_name", "reply_to", "per_day", "largest_mb", "host", "port", "security", "username")
    return {**usual, **{name: getattr(account, name) for name in names}, **setting_up.told_before(account)}


def _new_account(typed: dict[str, Any]) -> services.NewAccount:
    asked = {ask.key for esp in ESPS.values() for ask in esp.asks}
    return services.NewAccount(
        from_address=typed["from_address"],
        preset=typed["preset"],
        from_name=typed["from_name"],
        reply_to=typed["reply_to"],
        host=typed.get("host") or "",
        port=typed.get("port") or 587,
        security=typed.get("security") or "starttls",
        username=typed.get("username") or "",
        password=typed.get("password") or "",
        keys={name: value for name, value in typed.items() if name in asked and value},
        region=typed.get("region") or "",
        per_day=typed["per_day"],
        largest_mb=typed["largest_mb"],
        starts_gently=typed["starts_gently"],
    )


@requires("outreach.connect")
@require_POST
def warm_up(request: HttpRequest) -> HttpResponse:
    """Begin gently, or send as many as one likes from now on."""
    account = active_account()
    if account is None:
        messages.error(request, _("Connect a mailbox first."))
        return redirect("outreach:mailbox")
    is_on = request.POST.get("gently") == "yes"
    services.start_gently(account, who_knocks(request), is_on=is_on)
    messages.success(request, _("It begins gently.") if is_on else _("As many as you like leave from now on."))
    return redirect("outreach:mailbox")


@requires("outreach.connect")
@require_POST
def check_now(request: HttpRequest) -> HttpResponse:
    """Sign in once more and look the sender's domain up, now; say what came of it."""
    account = active_account()
    if account is None:
        messages.error(request, _("Connect a mailbox first."))
        return redirect("outreach:mailbox")
    form = SelectorForm(request.POST)
    if form.is_valid():
        try:
            services.check_account(account, form.cleaned_data["selector"] if "selector" in request.POST else None)
        except Refusal as refusal:
            form.add_error("selector" if refusal.field == "selector" else None, refusal.sentence)
        else:
            messages.success(request, _("Signed in, and looked your address up."))
            return redirect("outreach:mailbox")
    return _page(request, account, selector_form=form, status=422)


def _own_address(request: HttpRequest) -> str:
    return who_knocks(request).email


@requires("outreach.connect")
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Send one letter to myself, at once, and say what the server said."""
    account = active_account()
    if account is None:
        messages.error(request, _("Connect a mailbox first."))
        return redirect("outreach:mailbox")
    form = TestLetterForm(request.POST)
    if form.is_valid():
        try:
            said = services.test_letter(account, form.cleaned_data["to"])
        except Refusal as refusal:
            form.add_error("to", refusal.sentence)
        else:
            messages.success(
                request,
                _("The server took it (%(said)s). Look into your mailbox, also among the spam.") % {"said": said[:120]},
            )
            return redirect("outreach:mailbox")
    return _page(request, account, test=form, status=422)


def _reading(account: SendingAccount, inbox: Inbox | None) -> dict[str, Any]:
    if inbox is None:
        host = services.guessed_host(account)
        return {"imap_host": host, "imap_port": 993, "imap_security": "tls", "imap_folder": "INBOX",
                "imap_username": account.username or account.from_address}  # fmt: skip
    return {f"imap_{name}": getattr(inbox, name) for name in ("host", "port", "security", "username", "folder")}


@requires("outreach.connect")
@sensitive_post_parameters("imap_password")
@require_POST
def connect_answers(request: HttpRequest) -> HttpResponse:
    """Have answers read from the mailbox."""
    account = active_account()
    if account is None:
        messages.error(request, _("Connect a mailbox first."))
        return redirect("outreach:mailbox")
    form = InboxForm(request.POST)
    if form.is_valid():
        typed = {name.removeprefix("imap_"): value for name, value in form.cleaned_data.items() if value}
        try:
            services.connect_inbox(account, services.NewInbox(**typed), who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Answers are read every five minutes from now on."))
            return redirect("outreach:mailbox")
    return _page(request, account, inbox_form=form, status=422)


@requires("outreach.connect")
@require_POST
def close_answers(request: HttpRequest) -> HttpResponse:
    """Read no answers any more."""
    account = active_account()
    if account is not None:
        services.disconnect_inbox(account, who_knocks(request))
    messages.success(request, _("Answers are not read any more."))
    return redirect("outreach:mailbox")


@requires("outreach.connect")
@require_POST
def hang_up(request: HttpRequest) -> HttpResponse:
    """Use no mailbox any more."""
    services.disconnect(who_knocks(request))
    messages.success(request, _("Disconnected. Letters are kept as files until you connect one again."))
    return redirect("outreach:mailbox")
