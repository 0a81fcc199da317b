"""The four roles, from the one who answers for everything to the one who only looks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    STAFF = "staff", _("Staff")
    READ_ONLY = "read_only", _("Read only")


MEANINGS = {
    Role.OWNER: _("Everything, also colleagues, settings and backups."),
    Role.MANAGER: _("The day's work, letters, files taken in and out, the log. No settings."),
    Role.STAFF: _("Looks people up, notes sales and what was learned, makes calls."),
    Role.READ_ONLY: _("Looks, changes nothing."),
}
