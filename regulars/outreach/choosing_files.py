"""The files a form chooses: those it showed, those still ticked, and new ones."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.queries.enclosures import Papers
from regulars.outreach.services.enclosing import Chosen, NewFile

LARGEST_FILE = 50_000_000
SHOWN, TICKED, NEW = "shown_file", "kept_file", "files"


def chosen_files(request: HttpRequest) -> Chosen:
    """What was chosen; refuses a file that could never leave."""
    shown, ticked = request.POST.getlist(SHOWN), request.POST.getlist(TICKED)
    new = tuple(NewFile(file.name or "", read_file(file)) for file in request.FILES.getlist(NEW))
    return Chosen(frozenset(shown), frozenset(ticked), new)


def ticks(request: HttpRequest, papers: Papers) -> list[dict[str, Any]]:
    """The files with their ticks, as they were set when the form comes back."""
    shown, ticked = request.POST.getlist(SHOWN), request.POST.getlist(TICKED)
    return [{"paper": one, "is_ticked": one.name not in shown or one.name in ticked} for one in papers]


def read_file(file: UploadedFile[Any]) -> bytes:
    """Not more than could ever leave."""
    if (file.size or 0) > LARGEST_FILE:
        raise Refusal(_("This file is too large for a letter. Send a link instead."), field="file")
    return bytes(file.read())
