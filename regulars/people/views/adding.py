"""Adding somebody in a few seconds; says at once when they seem to be here already."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.answer import answer, redirect_back, refused
from regulars.kit.errors import Refusal
from regulars.people import services
from regulars.people.forms import AddForm
from regulars.people.models import Person
from regulars.people.queries import likely_same
from regulars.people.services import NewPerson
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

PAGE, PARTIAL = "people/add.html", "people/_add.html"


@requires("people.add")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST add, or show who it may be and ask."""
    if request.method != "POST":
        form = AddForm(initial={"full_name": request.GET.get("name", "")})
        return answer(request, PAGE, PARTIAL, {"form": form, "next": request.GET.get("next", "")})
    form = AddForm(request.POST)
    context = {"form": form, "next": request.POST.get("next", "")}
    if not form.is_valid():
        return answer(request, PAGE, PARTIAL, context, status=422)
    try:
        return _add(request, form, context)
    except Refusal as refusal:
        field = "reach" if refusal.field in {"emails", "phones"} else refusal.field
        return refused(request, PAGE, PARTIAL, context, Refusal(refusal.sentence, field=field))


def _add(request: HttpRequest, form: AddForm, context: dict[str, object]) -> HttpResponse:
    said = form.cleaned_data
    emails = (said["reach"],) if "@" in said["reach"] else ()
    phones = (said["reach"],) if said["reach"] and not emails else ()
    is_sure = "is_somebody_new" in request.POST
    alike = [] if is_sure else likely_same(said["full_name"], emails, phones)
    if alike:
        return answer(request, PAGE, PARTIAL, {**context, "alike": alike}, status=422)
    new = NewPerson(full_name=said["full_name"], emails=emails, phones=phones, note=said["note"])
    person: Person = services.add_person(new, by=staff(request), is_somebody_new=is_sure)
    services.link_sender(person, said["sent_by"], staff(request))
    messages.success(request, _("%(name)s is in the book.") % {"name": person.full_name})
    return redirect_back(request, "people:detail", person.pk)
