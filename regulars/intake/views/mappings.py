"""What was agreed for each kind of header."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.intake import queries, services
from regulars.intake.access import mapping_seen
from regulars.intake.mapping.columns import FIELDS
from regulars.kit.answer import redirect_back
from regulars.staff.doors import requires


@requires("intake.see")
@require_safe
def mappings(request: HttpRequest) -> HttpResponse:
    """List them, newest first."""
    rows = [
        (
            row,
            services.label_of(row.format),
            [(FIELDS[field].label, ", ".join(names)) for field, names in row.fields.items() if field in FIELDS],
        )
        for row in queries.remembered_mappings()
    ]
    return render(request, "intake/mappings.html", {"rows": rows})


@requires("intake.run")
@require_POST
def forgetting(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """Guess anew next time."""
    services.forget(mapping_seen(mapping_id))
    messages.success(request, _("Forgotten. The next file of this kind is guessed anew."))
    return redirect_back(request, "intake:mappings")
