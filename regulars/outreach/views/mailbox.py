"""Connect a mailbox, try it, hang up. The password is never shown again."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.forms import InboxForm, MailboxForm, TestLetterForm
from regulars.outreach.models import Inbox, SendingAccount
from regulars.outreach.services.allowance import used_today
from regulars.outreach.services.resting import active_account
from regulars.staff.doors import requires
from regulars.staff.models import User


@requires("outreach.connect")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox_page(request: HttpRequest) -> HttpResponse:
    """Show the mailbox in use, and the form to connect one."""
    account = active_account()
    form = MailboxForm(request.POST or None, initial=_initial(account))
    if account is None:
        form.fields["password"].help_text = _("Kept encrypted and never shown again.")
    if request.method == "POST" and form.is_valid():
        try:
            services.connect_account(_new_account(form.cleaned_data), cast(User, request.user))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Connected. Send yourself a test letter to be sure."))
            return redirect("outreach:mailbox")
    return _page(
        request, account, form, TestLetterForm(initial={"to": _own_address(request)}), 422 if form.errors else 200
    )


def _page(
    request: HttpRequest,
    account: SendingAccount | None,
    form: MailboxForm,
    test: TestLetterForm,
    status: int,
    inbox_form: InboxForm | None = None,
) -> HttpResponse:
    inbox = Inbox.objects.filter(account=account).first() if account else None
    chosen = str(form["preset"].value() or "")
    context = {
        "account": account,
        "used_today": used_today(account) if account else 0,
        "form": form,
        "test_form": test,
        "inbox": inbox,
        "inbox_form": inbox_form or (InboxForm(initial=_reading(account, inbox)) if account else None),
        "providers": list(PROVIDERS.values()),
        "needs_details": chosen == "host" or bool(form.errors.keys() & {"host", "port", "security", "username"}),
        "outbox_folder": settings.OUTBOX_DIR,
        "public_address": business().public_address,
    }
    return render(request, "outreach/mailbox.html", context, status=status)


def _initial(account: SendingAccount | None) -> dict[str, Any]:
    if account is None:
        return {"preset": "gmail", "from_name": business().name, "port": 587, "security": "starttls"}
    names = ("preset", "from_address", "from_name", "reply_to", "per_day", "host", "port", "security", "username")
    return {name: getattr(account, name) for name in names}


def _new_account(typed: dict[str, Any]) -> services.NewAccount:
    return services.NewAccount(
        from_address=typed["from_address"],
        preset=typed["preset"],
        from_name=typed["from_name"],
        reply_to=typed["reply_to"],
        host=typed["host"],
        port=typed["port"] or 587,
        security=typed["security"] or "starttls",
        username=typed["username"],
        password=typed["password"],
        per_day=typed["per_day"],
    )


def _own_address(request: HttpRequest) -> str:
    return cast(User, request.user).email


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
    return _page(request, account, MailboxForm(initial=_initial(account)), form, 422)


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
            services.connect_inbox(account, services.NewInbox(**typed), cast(User, request.user))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Answers are read every five minutes from now on."))
            return redirect("outreach:mailbox")
    mailbox_form, test = MailboxForm(initial=_initial(account)), TestLetterForm(initial={"to": _own_address(request)})
    return _page(request, account, mailbox_form, test, 422, form)


@requires("outreach.connect")
@require_POST
def close_answers(request: HttpRequest) -> HttpResponse:
    """Read no answers any more."""
    account = active_account()
    if account is not None:
        services.disconnect_inbox(account, cast(User, request.user))
    messages.success(request, _("Answers are not read any more."))
    return redirect("outreach:mailbox")


@requires("outreach.connect")
@require_POST
def hang_up(request: HttpRequest) -> HttpResponse:
    """Use no mailbox any more."""
    services.disconnect(cast(User, request.user))
    messages.success(request, _("Disconnected. Letters are kept as files until you connect one again."))
    return redirect("outreach:mailbox")
