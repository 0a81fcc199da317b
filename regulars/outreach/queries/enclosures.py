"""The files that travel with letters: their own, those of their words, and those of their mailing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q, QuerySet

from regulars.outreach.models import Enclosure, KeptFile, Mailing, Touch
from regulars.people.bulk import among

File = tuple[str, str, bytes]
OF_A_MAILING = re.compile(r"mailing:(\d{1,18})")


class Paper(NamedTuple):
    """What is known of a file without reading it."""

    name: str
    media_type: str
    size: int
    kept_id: int
    digest: str


COLUMNS = ("name", "media_type", "size", "kept_id", "kept__digest")
Papers = tuple[Paper, ...]


def enclosed_in(rows: Sequence[Touch]) -> dict[int, list[File]]:
    """The files of each letter. Two queries, and a third where there are files: each is read once, for all of them."""
    papers = papers_of(rows)
    every = tuple(dict.fromkeys(paper for mine in papers.values() for paper in mine))
    made = dict(zip(every, read_papers(every), strict=True))
    return {pk: [made[paper] for paper in mine] for pk, mine in papers.items()}


def read_papers(papers: Papers) -> list[File]:
    """These files with what is in them. At most one query."""
    ids = {paper.kept_id for paper in papers}
    contents = dict(KeptFile.objects.filter(pk__in=ids).values_list("pk", "content")) if ids else {}
    return [(paper.name, paper.media_type, bytes(contents[paper.kept_id])) for paper in papers]


def papers_of(rows: Sequence[Touch]) -> dict[int, Papers]:
    """What goes with each letter: what its words have, then its mailing, then itself. Two queries.

    Of two files of one name the nearer one goes: whoever puts a newer list into one letter means that one.
    """
    own = _by("touch_id", Enclosure.objects.filter(touch__in=among(row.pk for row in rows)))
    mailings = {row.pk: number for row in rows if (number := _mailing_of(row.programme))}
    words, many = _common({row.wording_version_id for row in rows} - {None}, set(mailings.values()))
    if not (own or words or many):
        return {}
    found = {}
    for row in rows:
        mine = (words.get(row.wording_version_id or 0, ()), many.get(mailings.get(row.pk, 0), ()), own.get(row.pk, ()))
        if any(mine):
            found[row.pk] = tuple({paper.name: paper for group in mine for paper in group}.values())
    return found


def _common(versions: Collection[int | None], mailings: Collection[int]) -> tuple[dict[int, Papers], dict[int, Papers]]:
    """What goes with the words and with the mailings of a batch: few of either. One query."""
    if not versions and not mailings:
        return {}, {}
    wanted = Enclosure.objects.filter(Q(version__in=versions) | Q(mailing__in=mailings)).order_by("pk")
    words: dict[int, Papers] = {}
    many: dict[int, Papers] = {}
    for version, mailing, *rest in wanted.values_list("version_id", "mailing_id", *COLUMNS):
        place, key = (words, version) if version else (many, mailing)
        place[key] = (*place.get(key, ()), Paper._make(rest))
    return words, many


def _by(column: str, rows: QuerySet[Enclosure]) -> dict[int, Papers]:
    found: dict[int, Papers] = {}
    for key, *rest in rows.order_by("pk").values_list(column, *COLUMNS):
        found[key] = (*found.get(key, ()), Paper._make(rest))
    return found


def _mailing_of(programme: str) -> int:
    match = OF_A_MAILING.fullmatch(programme)
    return int(match[1]) if match else 0


def files_of(touch: Touch) -> list[Enclosure]:
    """What was put into one letter alone, without the contents. One query."""
    return list(Enclosure.objects.filter(touch=touch).order_by("pk"))


def papers_of_versions(version_ids: Iterable[int | None]) -> Mapping[int, Papers]:
    """What goes with every letter of these versions of words. At most one query."""
    ids = {pk for pk in version_ids if pk}
    return _by("version_id", Enclosure.objects.filter(version__in=ids)) if ids else {}


def papers_of_version(version_id: int | None) -> Papers:
    """The same for one version; words nobody kept have none."""
    return papers_of_versions([version_id]).get(version_id or 0, ())


def papers_of_mailing(mailing: Mailing) -> Papers:
    """What goes with every letter of a mailing beside what its words have. One query."""
    return _by("mailing_id", Enclosure.objects.filter(mailing=mailing)).get(mailing.pk, ())


def digests(papers: Iterable[Paper]) -> tuple[str, ...]:
    """What a yes is given to beside the words: the names and contents of the files."""
    return tuple(sorted(f"{paper.name}\0{paper.digest}" for paper in papers))
