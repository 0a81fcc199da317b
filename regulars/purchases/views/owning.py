"""A sold line becomes a thing somebody owns."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.purchases import services
from regulars.purchases.access import order_seen
from regulars.purchases.forms import OwnedForm
from regulars.staff.doors import requires, who_knocks


@requires("rapport.record")
@require_POST
def thing(request: HttpRequest, order_id: int, position: int) -> HttpResponse:
    """Put one line among the things of its buyer."""
    order = order_seen(order_id)
    line = order.lines.filter(position=position).first()
    if line is None:
        raise Http404
    form = OwnedForm(request.POST)
    try:
        if not form.is_valid():
            raise Refusal(_("Please write a number of months from 1 to 240."))
        services.note_as_owned(order, line, **form.cleaned_data, by=who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("It stands among their things now."))
    return redirect_back(request, "purchases:detail", order.pk)
