"""What came in: answers that wait, what became of letters, and what nobody could make sense of."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.access import mail_for
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.links import sms_link
from regulars.outreach.forms import AnswerForm
from regulars.outreach.models import Channel, InboundMail, Touch
from regulars.outreach.queries.replies import COUNTED_TO, TABS, mails, thread_of, waiting_count
from regulars.outreach.services.resting import active_account
from regulars.outreach.showing import said_lines, shown, shown_mail, shown_mails, when
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User
from regulars.staff.permissions import may

LABELS = {
    "open": gettext_lazy("To answer"),
    "all": gettext_lazy("Everything"),
    "unclear": gettext_lazy("Not understood"),
}


@requires("outreach.see")
@require_safe
def replies_page(request: HttpRequest) -> HttpResponse:
    """One tab of what came in. At most five queries."""
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    asked = request.GET.get("page", "1")
    page = mails(tab, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1)
    account = active_account()
    address = f"{reverse('outreach:replies')}?tab={tab}&page="
    context = {
        "tab": tab,
        "tabs": _tabs(tab),
        "heading": LABELS[tab],
        "lines": shown_mails(page.rows),
        "inbox": getattr(account, "inbox", None) if account else None,
        "has_texts": active_text_account() is not None,
        "may_connect": may(request.user, "outreach.connect"),
        "previous_url": f"{address}{page.number - 1}" if page.number > 1 else "",
        "next_url": f"{address}{page.number + 1}" if page.has_more else "",
    }
    return render(request, "outreach/replies.html", context)


def _tabs(current: str) -> list[dict[str, object]]:
    n = waiting_count()
    more = {"open": f" {n}" if 0 < n < COUNTED_TO else " 100+" if n else ""}
    return [
        {
            "label": f"{label}{more.get(key, '')}",
            "url": f"{reverse('outreach:replies')}?tab={key}",
            "is_current": key == current,
        }
        for key, label in LABELS.items()
    ]


@requires("outreach.see")
@require_safe
def reply_page(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail with what was written before and after. At most eight queries."""
    user = who_knocks(request)
    return _page(request, user, mail_for(user, mail_id))


def _page(
    request: HttpRequest, user: User, mail: InboundMail, form: AnswerForm | None = None, *, status: int = 200
) -> HttpResponse:
    answers = list(Touch.objects.filter(answers=mail).select_related("person").order_by("pk"))
    is_letter = mail.channel == Channel.EMAIL and mail.kind != InboundMail.Kind.BOUNCE
    may_write = may(user, "outreach.approve") and is_letter and mail.is_for_you
    if form is None and may_write and mail.person_id and mail.from_address:
        form = AnswerForm(initial={"subject": services.subject_back(mail), "step": str(len(answers) + 1)})
    context = {
        "form": form,
        "answers": [shown(touch, may_approve=False) for touch in answers if touch.sent_at is None],
        "is_connected": active_account() is not None,
        "mail": mail,
        "line": shown_mail(mail),
        "thread": said_lines(thread_of(mail), mail),
        "bounces": list(mail.bounces.all()),
        "answer_url": _answer_url(mail),
        "may_settle": may(user, "outreach.record"),
        "may_trust": may(user, "people.consent") and mail.kind == InboundMail.Kind.BOUNCE,
    }
    return render(request, "outreach/reply.html", context, status=status)


def _answer_url(mail: InboundMail) -> str:
    """Open the answer in the mail program, with the subject and the thread kept; a text's in one's own phone."""
    if mail.channel == Channel.TEXT:
        return sms_link(mail.from_address, "") if mail.from_address.startswith("+") else ""
    if not mail.from_address or mail.kind == InboundMail.Kind.BOUNCE:
        return ""
    subject = mail.subject if mail.subject.lower().startswith(("re:", "aw:", "sv:")) else f"Re: {mail.subject}"
    told = {"subject": subject} | ({"In-Reply-To": mail.message_id} if mail.message_id else {})
    return f"mailto:{quote(mail.from_address, safe='@+')}?{urlencode(told, quote_via=quote)}"


@requires("outreach.approve")
@require_POST
def write_back(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Send an answer."""
    user = who_knocks(request)
    mail = mail_for(user, mail_id)
    if mail.channel != Channel.EMAIL:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            touch = services.write_back(mail, typed["subject"], typed["body"], user, step=typed["step"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Your answer is on its way. %(when)s.") % {"when": when(touch)})
            return redirect("outreach:reply", mail_id=mail_id)
    return _page(request, user, mail, form, status=422)


@requires("outreach.record")
@require_POST
def settle_reply(request: HttpRequest, mail_id: int) -> HttpResponse:
    """It is answered, or needs no answer."""
    user = who_knocks(request)
    is_answered = request.POST.get("answered") == "yes"
    if services.settle_reply(mail_for(user, mail_id), user, is_answered=is_answered):
        messages.success(request, _("Answered.") if is_answered else _("Put aside."))
    else:
        messages.info(request, _("Somebody has seen to it already."))
    return redirect("outreach:replies")


@requires("outreach.record")
@require_POST
def reopen_reply(request: HttpRequest, mail_id: int) -> HttpResponse:
    """It waits again."""
    user = who_knocks(request)
    services.reopen_reply(mail_for(user, mail_id), user)
    messages.success(request, _("It waits for an answer again."))
    return redirect("outreach:reply", mail_id=mail_id)


@requires("people.consent")
@require_POST
def trust_again(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Write to the address again that a bounce had given up."""
    user = who_knocks(request)
    if services.trust_address_again(mail_for(user, mail_id), user):
        messages.success(request, _("This address is written to again."))
    else:
        messages.info(request, _("This address was not given up."))
    return redirect("outreach:reply", mail_id=mail_id)
