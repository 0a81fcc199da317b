"""Whether everything works: for the owner in words, for a machine in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit import bulletin, health, second_place
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.jobs import enqueue_once
from regulars.kit.models import BackupRecord, Job, SecondPlace, SetAside
from regulars.staff.doors import open_to_everyone, requires, who_knocks
from regulars.staff.permissions import may
from regulars.staff.services import note_audit
from regulars.web.forms import SecondPlaceForm
from regulars.web.jobs import back_up_now, copy_to_second_place
from regulars.web.saying import say

if TYPE_CHECKING:
    from regulars.staff.models import User

BACKUPS_SHOWN = 12
BACKUP_KEY = "backup by hand"
COPY_KEY = "copy to the second place"


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
        "place": SecondPlace.objects.filter(pk=1).first(),
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


@requires("house.backup")
@require_http_methods(["GET", "HEAD", "POST"])
def second_place_page(request: HttpRequest) -> HttpResponse:
    """Choose where copies of the backups go. The passphrase is never shown."""
    place = SecondPlace.objects.filter(pk=1).first()
    form = SecondPlaceForm(request.POST or None, initial={"folder": place.folder if place else ""})
    form.fields["passphrase"].required = place is None
    if request.method == "POST" and form.is_valid():
        try:
            second_place.choose(form.cleaned_data["folder"], form.cleaned_data["passphrase"])
        except Refusal as refusal:
            say(form, refusal)
        else:
            note_audit(_me(request), "choose_second_place", room="kit", kind="backup")
            enqueue_once(copy_to_second_place, key=COPY_KEY)
            messages.success(request, _("Kept. The first copy is being made."))
            return redirect("web:health")
    context = {"form": form, "place": place}
    return render(request, "web/settings/second_place.html", context, status=422 if form.errors else 200)


@requires("house.backup")
@require_POST
def copy_now(request: HttpRequest) -> HttpResponse:
    """Make a copy at once; asking twice makes one."""
    if not SecondPlace.objects.filter(pk=1).exists():
        raise Http404
    enqueue_once(copy_to_second_place, key=COPY_KEY)
    messages.success(request, _("The copy has begun. When it is done, it stands on this page."))
    return redirect_back(request, "web:health")


@requires("house.backup")
@require_POST
def no_second_place(request: HttpRequest) -> HttpResponse:
    """Make no more copies; those that are there stay."""
    second_place.forget()
    note_audit(_me(request), "forget_second_place", room="kit", kind="backup")
    messages.success(request, _("No more copies are made. Those that are there stay where they are."))
    return redirect_back(request, "web:health")


def _me(request: HttpRequest) -> User:
    return who_knocks(request)


def _set_aside_or_404(notice_id: int) -> None:
    if not SetAside.objects.filter(pk=notice_id, settled_at=None).exists():
        raise Http404
