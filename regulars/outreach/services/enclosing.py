"""Put a file into one letter that has not left yet, or take it out again."""

from __future__ import annotations

import mimetypes
import re

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.envelopes import LARGEST_MB
from regulars.outreach.models import Channel, Enclosure, State, Touch
from regulars.outreach.services.resting import active_account
from regulars.staff.models import User
from regulars.staff.services import note_audit

OPEN = (State.PLANNED, State.HELD, State.APPROVED)
# What mailbox providers refuse, whatever is inside.
REFUSED = frozenset(
    "ade adp apk appx bat cab chm cmd com cpl dll dmg exe hta ins iso isp jar js jse lib lnk mde msc msi msix msp mst "
    "nsh pif ps1 scr sct shb sys vb vbe vbs vhd vxd wsc wsf wsh xll".split()
)
MOST_FILES = 10
# On the wire a file is a third larger.
WIRE = 4 / 3


@transaction.atomic
def enclose(touch: Touch, name: str, content: bytes, by: User | None) -> Enclosure:
    """Put a file into the letter; one of the same name is replaced. Refuses what would not arrive."""
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.channel != Channel.EMAIL or row.state not in OPEN:
        raise Refusal(_("This letter cannot be changed any more."))
    clean = clean_name(name)
    if clean.rpartition(".")[2].lower() in REFUSED:
        raise Refusal(_("Mailboxes refuse files of this kind, and the letter with them."), field="file")
    if not content:
        raise Refusal(_("This file is empty."), field="file")
    others = Enclosure.objects.filter(touch=row).exclude(name=clean)
    sizes = list(others.values_list("size", flat=True))
    if len(sizes) >= MOST_FILES:
        raise Refusal(_("Ten files are enough for one letter."), field="file")
    _guard(sum(sizes) + len(content))
    values = {"media_type": media_type_of(clean), "size": len(content), "content": content, "added_by": by}
    kept, _is_new = Enclosure.objects.update_or_create(touch=row, name=clean, defaults=values)
    note_audit(by, "enclose_file", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id, text=clean)
    return kept


def _guard(size: int) -> None:
    account = active_account()
    most = account.largest_mb if account else LARGEST_MB
    if size * WIRE > most * 1_000_000:
        words = _("Together this would be %(size)s MB on the way, and at most %(most)s MB leave. Send a link instead.")
        said = {"size": formats.number_format(size * WIRE / 1_000_000, 1), "most": most}
        raise Refusal(words % said, field="file")


@transaction.atomic
def take_out(touch: Touch, enclosure_id: int, by: User | None) -> bool:
    """Take a file out again; False if it is not there, or the letter has left."""
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.state not in OPEN:
        return False
    gone = bool(Enclosure.objects.filter(pk=enclosure_id, touch=row).delete()[0])
    if gone:
        note_audit(by, "take_out_file", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id)
    return gone


def clean_name(name: str) -> str:
    """The bare name of a file, fit for a header."""
    bare = re.split(r"[\\/]", name)[-1]
    bare = "".join(sign for sign in bare if sign.isprintable() and sign not in '"<>|:*?;').strip(". ")
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:12]}" if stem else bare[:112] or "file"


def media_type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
