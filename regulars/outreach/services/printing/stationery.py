"""The shop's own paper: look, pictures, costs, days with the post, and its printers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.models import CardPicture, Printer, Stationery
from regulars.outreach.pictures import Checked, checked, without_paper
from regulars.outreach.queries.posting import PostDays
from regulars.staff.models import User
from regulars.staff.services import note_audit

WIDEST_OFFSET_MM = 30
FARTHEST_SCALE = 0.1
STEEPEST_DEG = 5


def stationery() -> Stationery:
    """The one row, or its usual values where nobody has chosen yet. One query."""
    return Stationery.objects.select_related("front", "signature").filter(pk=1).first() or Stationery()


def post_days_of(paper: Stationery) -> PostDays:
    """How long cards take to be made and to arrive."""
    return PostDays(paper.making_days, paper.home_days, paper.abroad_days, frozenset(paper.holidays))


@transaction.atomic
def change_stationery(changes: Mapping[str, Any], by: User | None) -> Stationery:
    """Write down how cards look and what they cost; runs made before stay as they are."""
    if changes.get("qr") in {Stationery.Qr.CALL, Stationery.Qr.TEXT, Stationery.Qr.EMAIL} and not changes.get("qr_to"):
        raise Refusal(_("Say which number or address the code leads to."), field="qr_to")
    row, _is_new = Stationery.objects.get_or_create(pk=1)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    note_audit(by, "change_stationery", room="outreach", kind="stationery", object_id=1)
    return stationery()


def add_picture(content: bytes, kind: str, by: User | None, *, field: str = "picture") -> CardPicture:
    """Keep a picture, encrypted; a signature without the paper it was written on. The same picture is kept once."""
    found = without_paper(content, field) if kind == CardPicture.Kind.SIGNATURE else checked(content, field)
    return keep_picture(found, kind, by)


def keep_picture(found: Checked, kind: str, by: User | None) -> CardPicture:
    values: dict[str, Any] = {
        "sealed": base64.b64encode(found.content).decode(),
        "width": found.width,
        "height": found.height,
        "added_at": clock.now(),
        "added_by": by,
    }
    digest = hashlib.sha256(found.content).hexdigest()
    return CardPicture.objects.get_or_create(kind=kind, digest=digest, defaults=values)[0]


def content_of(picture: CardPicture | None) -> bytes | None:
    return base64.b64decode(picture.sealed) if picture else None


def choose_picture(kind: str, picture: CardPicture | None, by: User | None) -> Stationery:
    """Put a picture on the front, or a signature under the words; None takes it away."""
    if kind not in {CardPicture.Kind.FRONT, CardPicture.Kind.SIGNATURE}:
        raise Refusal(_("A card has a picture on its front and a signature, no other."))
    return change_stationery({kind: picture}, by)


def usual_printer() -> Printer | None:
    return Printer.objects.filter(is_usual=True).first()


@transaction.atomic
def save_printer(values: Mapping[str, Any], by: User | None) -> Printer:
    """Keep what was measured on the calibration page."""
    if max(abs(values.get("dx_mm") or 0), abs(values.get("dy_mm") or 0)) > WIDEST_OFFSET_MM:
        raise Refusal(_("More than 30 mm beside its place: please measure again."), field="dx_mm")
    for name in ("scale_x", "scale_y"):
        if abs(values.get(name, 1) - 1) > FARTHEST_SCALE:
            raise Refusal(
                _("That is more than a tenth too large or too small. Print at 100 %, then measure again."), field=name
            )
    if abs(values.get("skew_deg") or 0) > STEEPEST_DEG:
        raise Refusal(_("That is too crooked: check how the paper lies in the printer."), field="skew_deg")
    row = Printer.objects.select_for_update().filter(is_usual=True).first() or Printer(is_usual=True)
    for name, value in values.items():
        setattr(row, name, value)
    row.calibrated_on = clock.today()
    row.save()
    note_audit(by, "save_printer", room="outreach", kind="printer", object_id=row.pk)
    return row
