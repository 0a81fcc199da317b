"""Everything to take with you: made beside the day's work, fetched once, removed after a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock, jobs
from regulars.kit.answer import answer
from regulars.kit.models import Job
from regulars.staff.doors import requires, who_knocks
from regulars.web.jobs import take_everything

if TYPE_CHECKING:
    pass

KEY = "export everything"
PAGE, PARTIAL = "web/settings/export.html", "web/settings/_export.html"
BLOCK = 1 << 18


@requires("house.export")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Show how far it is, or what lies ready; on POST begin."""
    if request.method == "POST":
        jobs.enqueue_once(take_everything, who_knocks(request).pk, key=KEY)
        return redirect("web:export")
    job = Job.objects.filter(key=KEY).order_by("-id").first()
    path = _path_of(job)
    context = {
        "job": job,
        "is_open": job is not None and job.state in Job.OPEN,
        "has_failed": job is not None and job.state in (Job.FAILED, Job.SET_ASIDE),
        "is_ready": path is not None,
        "megabytes": path.stat().st_size / 1_000_000 if path else 0,
    }
    return answer(request, PAGE, PARTIAL, context)


@requires("house.export")
@require_POST
def fetch(request: HttpRequest) -> HttpResponseBase:
    """Hand the file out; once it has been handed out whole it is gone."""
    path = _path_of(Job.objects.filter(key=KEY, state=Job.DONE).order_by("-id").first())
    if path is None:
        messages.error(request, _("That file has been fetched or removed. Make it anew."))
        return redirect("web:export")
    reply = StreamingHttpResponse(_handed_out(path), content_type="application/zip")
    reply["Content-Length"] = str(path.stat().st_size)
    reply["Content-Disposition"] = f'attachment; filename="everything-{clock.today().isoformat()}.zip"'
    reply["Cache-Control"] = "no-store"
    return reply


def _handed_out(path: Path) -> Iterator[bytes]:
    """Block by block; a download that breaks off leaves the file for another try."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
    path.unlink(missing_ok=True)


def _path_of(job: Job | None) -> Path | None:
    """Where the file of a finished job lies; nothing once it was fetched."""
    if job is None or job.state != Job.DONE or not isinstance(job.result, str):
        return None
    path = Path(settings.EXPORT_DIR) / Path(job.result).name
    return path if path.is_file() else None
