"""Verbs of the shell: opening the house, changing its settings, and the log lines that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import services as kit
from regulars.kit.business import business, exists
from regulars.kit.errors import Refusal
from regulars.staff.queries import is_inhabited
from regulars.staff.services import create_owner, note_audit
from regulars.web import logos, opening_hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile

    from regulars.staff.models import User


@dataclass(frozen=True)
class NewHouse:
    """What the first run asks for."""

    business_name: str
    owner_name: str
    email: str
    password: str
    country: str
    zone: str
    currency: str
    language: str = "en"


def open_house(new: NewHouse) -> User:
    """Create the business and its owner together, once. The second to ask is told so kindly, even at the same time.

    A business that the terminal made (`regulars import` in a new folder) is taken over and named.
    """
    if is_inhabited():
        raise _too_late()
    set_up = kit.change_business if exists() else kit.set_up_business
    with transaction.atomic():
        try:
            set_up(
                name=new.business_name,
                owner_name=new.owner_name.strip(),
                zone=new.zone,
                currency=new.currency,
                country=new.country,
                language=new.language or "en",
            )
        except Refusal as refusal:
            raise (refusal if refusal.field else _too_late()) from refusal
        return create_owner(email=new.email, password=new.password, display_name=new.owner_name)


def _too_late() -> Refusal:
    return Refusal(_("Somebody has just set this up. Please sign in, or ask the owner to add you as a colleague."))


def change_settings(by: User, fields: Mapping[str, Any]) -> None:
    """Change what differs and write down which words changed, never secrets."""
    shop = business()
    changed = {name: value for name, value in fields.items() if getattr(shop, name) != value}
    if not changed:
        return
    differs = [(name, getattr(shop, name), value) for name, value in sorted(changed.items())]
    with transaction.atomic():
        kit.change_business(**changed)
        note_audit(
            by,
            "change_settings",
            room="web",
            kind="business",
            object_id=1,
            text=", ".join(sorted(changed)),
            changes=differs,
        )


def change_hours(by: User, *, days: Mapping[str, str], quiet_from: time, quiet_until: time) -> None:
    """Take the week as it was written, one text a day, and the hours in which nobody is written to."""
    week = {}
    for key, text in days.items():
        try:
            week[key] = opening_hours.parse(text)
        except Refusal as refusal:
            raise Refusal(refusal.sentence, field=key) from refusal
    change_settings(by, {"opening_hours": week, "quiet_from": quiet_from, "quiet_until": quiet_until})


def change_sending(by: User, fields: Mapping[str, Any]) -> None:
    """Take the addresses, the delay and the politeness budget."""
    change_settings(by, {**fields, "public_address": str(fields["public_address"]).rstrip("/")})


def change_logo(by: User, upload: UploadedFile[Any]) -> None:
    """Replace the logo by a picture that was looked into first; the old file goes when the new one is in place."""
    picture = logos.checked(upload)
    shop = business()
    old = shop.logo.name
    stored = shop.logo.storage.save(f"business/{picture.name}", picture)
    with transaction.atomic():
        kit.change_business(logo=stored)
        note_audit(by, "change_logo", room="web", kind="business", object_id=1)
    if old:
        shop.logo.storage.delete(old)


def remove_logo(by: User) -> None:
    """Do without a logo."""
    shop = business()
    old = shop.logo.name
    if not old:
        return
    with transaction.atomic():
        kit.change_business(logo="")
        note_audit(by, "remove_logo", room="web", kind="business", object_id=1)
    shop.logo.storage.delete(old)


def stop_everything(by: User) -> None:
    """Let nothing leave the house from now on."""
    with transaction.atomic():
        kit.stop_everything(str(by))
        note_audit(by, "stop_everything", room="web", kind="business", object_id=1)


def resume_sending(by: User) -> None:
    """Let what is due go on."""
    with transaction.atomic():
        kit.resume_sending(str(by))
        note_audit(by, "resume_sending", room="web", kind="business", object_id=1)
