"""Files that go with letters: put into one letter that has not left yet, into words, or into a mailing."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.envelopes import LARGEST_MB
from regulars.outreach.channels.email.files import on_the_way
from regulars.outreach.drafts import draft_hash
from regulars.outreach.models import Channel, Enclosure, KeptFile, Mailing, State, Touch, WordingVersion
from regulars.outreach.queries.enclosures import Paper, Papers, digests, papers_of
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
# What a letter weighs without its files: headers, and its words twice, as text and as HTML.
LETTER = 20_000


@dataclass(frozen=True)
class NewFile:
    """A file as somebody chose it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Chosen:
    """What a form says of the files of words or of a mailing: the names it showed, those left ticked, and new files.

    What somebody else put in meanwhile was not shown, and stays.
    """

    shown: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()
    new: tuple[NewFile, ...] = ()


@transaction.atomic
def enclose(touch: Touch, name: str, content: bytes, by: User | None) -> Enclosure:
    """Put a file into the letter; one of the same name is replaced. Refuses what would not arrive."""
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.channel != Channel.EMAIL or row.state not in OPEN:
        raise Refusal(_("This letter cannot be changed any more."))
    clean = checked_file(name, content)
    sizes = [paper.size for paper in papers_of([row]).get(row.pk, ()) if paper.name != clean]
    guard([*sizes, len(content)], len(row.body))
    kept = keep(content)
    old = Enclosure.objects.filter(touch=row, name=clean).values_list("kept_id", flat=True).first()
    values = {"media_type": media_type_of(clean), "size": len(content), "kept": kept, "added_by": by}
    enclosure, _is_new = Enclosure.objects.update_or_create(touch=row, name=clean, defaults=values)
    _name_anew(row)
    forget_unneeded([old] if old else [])
    note_audit(by, "enclose_file", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id, text=clean)
    return enclosure


@transaction.atomic
def take_out(touch: Touch, enclosure_id: int, by: User | None) -> bool:
    """Take a file out again; False if it is not there, or the letter has left."""
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.state not in OPEN:
        return False
    mine = Enclosure.objects.filter(pk=enclosure_id, touch=row)
    kept = list(mine.values_list("kept_id", flat=True))
    gone = bool(mine.delete()[0])
    if gone:
        _name_anew(row)
        forget_unneeded(kept)
        note_audit(by, "take_out_file", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id)
    return gone


def _name_anew(row: Touch) -> None:
    """Other files are another draft: a yes that was shown without them does not hold for it."""
    files = digests(papers_of([row]).get(row.pk, ()))
    fresh = draft_hash(row.channel, row.subject, row.body, row.blocks, files)
    Touch.objects.filter(pk=row.pk).update(draft_hash=fresh)


def chosen_of(current: Papers, chosen: Chosen | Papers | None) -> Papers:
    """What is to go along from now on; new files are kept. The caller holds a transaction. Refuses what cannot go."""
    if not isinstance(chosen, Chosen):
        return current if chosen is None else chosen
    gone = chosen.shown - chosen.ticked
    papers = {paper.name: paper for paper in current if paper.name not in gone}
    fresh = {checked_file(file.name, file.content): file.content for file in chosen.new}
    sizes = [paper.size for name, paper in papers.items() if name not in fresh] + [len(one) for one in fresh.values()]
    guard(sizes)
    for name, content in fresh.items():
        kept = keep(content)
        papers[name] = Paper(name, media_type_of(name), len(content), kept.pk, kept.digest)
    return tuple(papers.values())


def put_into(place: WordingVersion | Mailing, papers: Papers, by: User | None) -> None:
    """Let exactly these go with every letter of a version of words, or of a mailing. The caller holds a transaction."""
    where: dict[str, Any] = {"version": place} if isinstance(place, WordingVersion) else {"mailing": place}
    old = list(Enclosure.objects.filter(**where).values_list("kept_id", flat=True))
    if old:
        Enclosure.objects.filter(**where).delete()
    Enclosure.objects.bulk_create(
        Enclosure(
            **where, kept_id=paper.kept_id, name=paper.name, media_type=paper.media_type, size=paper.size, added_by=by
        )
        for paper in papers
    )
    forget_unneeded(old)


def keep(content: bytes) -> KeptFile:
    """Keep what is in a file, once; held until the transaction ends, so that nobody forgets it meanwhile."""
    digest = hashlib.sha256(content).hexdigest()
    while True:
        row = KeptFile.objects.select_for_update().defer("content").filter(digest=digest).first()
        if row is not None:
            return row
        fresh = KeptFile(digest=digest, size=len(content), content=content)
        KeptFile.objects.bulk_create([fresh], ignore_conflicts=True)


@transaction.atomic
def forget_unneeded(kept_ids: Iterable[int]) -> int:
    """Delete what no letter, words or mailing needs any more; returns how many."""
    ids = set(kept_ids)
    if not ids:
        return 0
    rows = KeptFile.objects.filter(pk__in=ids)
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    unneeded = rows.filter(~Exists(Enclosure.objects.filter(kept=OuterRef("pk"))))
    return unneeded.delete()[0]


def checked_file(name: str, content: bytes) -> str:
    """The name under which a file goes; refuses a kind that no mailbox takes, and an empty one."""
    clean = clean_name(name)
    if clean.rpartition(".")[2].lower() in REFUSED:
        raise Refusal(_("Mailboxes refuse files of this kind, and the letter with them."), field="file")
    if not content:
        raise Refusal(_("This file is empty."), field="file")
    return clean


def guard(sizes: Sequence[int], words: int = 0) -> None:
    """Refuse more than a letter can carry on the way, against what the mailbox in use lets out."""
    if len(sizes) > MOST_FILES:
        raise Refusal(_("Ten files are enough for one letter."), field="file")
    account = active_account()
    most = account.largest_mb if account else LARGEST_MB
    weight = sum(map(on_the_way, sizes)) + LETTER + 3 * words
    if sizes and weight > most * 1_000_000:
        said = _("Together this would be %(size)s MB on the way, and at most %(most)s MB leave. Send a link instead.")
        raise Refusal(said % {"size": formats.number_format(weight / 1_000_000, 1), "most": most}, field="file")


def clean_name(name: str) -> str:
    """The bare name of a file, fit for a header."""
    bare = re.split(r"[\\/]", name)[-1]
    bare = "".join(sign for sign in bare if sign.isprintable() and sign not in '"<>|:*?;').strip(". ")
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:12]}" if stem else bare[:112] or "file"


def media_type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
