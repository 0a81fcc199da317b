"""The steps of taking in a file, for the stepper above each page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun


@dataclass(frozen=True)
class Stage:
    label: str
    url: str = ""
    is_done: bool = False
    is_current: bool = False


def stages(run: ImportRun | None = None) -> list[Stage]:
    """Choose, look over, take in, compare; without a run it is the first."""
    labels = [_("Choose the file"), _("Look it over"), _("Take it in"), _("Compare")]
    now = _place(run)
    urls = [reverse("intake:start"), "", "", ""]
    return [
        Stage(label, url, is_done=at < now, is_current=at == now)
        for at, (label, url) in enumerate(zip(labels, urls, strict=True))
    ]


def _place(run: ImportRun | None) -> int:
    if run is None:
        return 0
    if run.state == ImportRun.State.WAITING:
        return 1
    return 3 if run.is_settled else 2
