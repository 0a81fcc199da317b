"""Whether everything works: for the owner in words, for a machine in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import bulletin, worker
from regulars.kit.answer import redirect_back
from regulars.kit.models import BackupRecord, SetAside
from regulars.staff.doors import open_to_everyone, requires
from regulars.staff.services import note_audit

if TYPE_CHECKING:
    from regulars.staff.models import User

BACKUPS_SHOWN = 12


@open_to_everyone
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say in JSON whether pages can be served. Writes nothing and tells a stranger nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@requires("house.health")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show what is wrong, what was set aside, who works, and the backups."""
    context = {
        "set_aside": bulletin.set_aside_notices(),
        "workers": list(worker.workers()),
        "backups": BackupRecord.objects.order_by("-at")[:BACKUPS_SHOWN],
    }
    return render(request, "web/settings/health.html", context)


@requires("house.health")
@require_POST
def retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Hand a set-aside notice to its handler once more."""
    if not SetAside.objects.filter(pk=notice_id, settled_at=None).exists():
        raise Http404
    if bulletin.retry(notice_id):
        messages.success(request, _("It worked this time."))
    else:
        messages.error(request, _("It failed again, for the reason written there."))
    note_audit(cast("User", request.user), "retry_notice", room="kit", kind="notice", object_id=notice_id)
    return redirect_back(request, "web:health")


@requires("house.backup")
@require_POST
def back_up(request: HttpRequest) -> HttpResponse:
    """Make a backup now."""
    raise Http404
