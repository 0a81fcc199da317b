"""The one question: about what share of what they spend on such things is with us?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.staff.doors import requires, who_knocks
from regulars.standings import access, services
from regulars.standings.forms import ShareForm

PAGE, PART = "standings/share.html", "standings/_share_form.html"


@requires("standings.remember")
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, person_id: int) -> HttpResponse:
    """Note what they said."""
    person = access.person_for(person_id)
    form = ShareForm(request.POST or None)
    context = {"person": person, "form": form}
    if request.method != "POST" or not form.is_valid():
        return answer(request, PAGE, PART, context, status=422 if form.is_bound else 200)
    try:
        services.tell_share(person, percent=int(form.cleaned_data["percent"]), by=who_knocks(request))
    except Refusal as refusal:
        return refused(request, PAGE, PART, context, refusal)
    messages.success(request, _("Noted what they said."))
    return redirect_back(request, "people:detail", person.pk)


@requires("standings.remember")
@require_POST
def share_removal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take back what was noted."""
    person = access.person_for(person_id)
    services.take_back_share(person)
    messages.success(request, _("What they said is taken back."))
    return redirect_back(request, "people:detail", person.pk)
