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

from regulars.kit import bulletin, health
from regulars.kit.answer import redirect_back
from regulars.kit.jobs import enqueue_once
from regulars.kit.models import BackupRecord, Job, SetAside
from regulars.staff.doors import open_to_everyone, requires
from regulars.staff.permissions import may
from regulars.staff.services import note_audit
from regulars.web.jobs import back_up_now

if TYPE_CHECKING:
    from regulars.staff.models import User

BACKUPS_SHOWN = 12
BACKUP_KEY = "backup by hand"


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
def health_page(request: HttpRequest) -> HttpResponse:
    """Show what is wrong, what was set aside, and the backups. Reading the whole database is left to the terminal."""
    context = {
        "findings": health.check(thoroughly=False),
        "set_aside": bulletin.set_aside_notices(),
        "backups": BackupRecord.objects.order_by("-at", "-id")[:BACKUPS_SHOWN],
        "is_backing_up": Job.objects.filter(key=BACKUP_KEY, state__in=Job.OPEN).exists(),
        "may_back_up": may(_me(request), "house.backup"),
    }
    return render(request, "web/settings/health.html", context)


@requires("house.health")
@require_POST
def retry(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Hand a set-aside notice to its handler once more."""
    _set_aside_or_404(notice_id)
    if bulletin.retry(notice_id):
        messages.success(request, _("It worked this time."))
    else:
        messages.error(request, _("It failed again, for the reason written there."))
    note_audit(_me(request), "retry_notice", room="kit", kind="notice", object_id=notice_id)
    return redirect_back(request, "web:health")


@requires("house.health")
@require_POST
def let_go(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Decide that a set-aside notice is not needed."""
    _set_aside_or_404(notice_id)
    bulletin.let_go(notice_id)
    note_audit(_me(request), "let_go_notice", room="kit", kind="notice", object_id=notice_id)
    return redirect_back(request, "web:health")


@requires("house.backup")
@require_POST
def back_up(request: HttpRequest) -> HttpResponse:
    """Begin a backup in the background; asking twice begins one."""
    enqueue_once(back_up_now, key=BACKUP_KEY)
    note_audit(_me(request), "back_up", room="kit", kind="backup")
    messages.success(request, _("The backup has begun. It stands in the list when it is done."))
    return redirect_back(request, "web:health")


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)


def _set_aside_or_404(notice_id: int) -> None:
    if not SetAside.objects.filter(pk=notice_id, settled_at=None).exists():
        raise Http404
