"""The files that travel with letters."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.outreach.models import Enclosure, Touch
from regulars.people.bulk import among

File = tuple[str, str, bytes]


def enclosed_in(rows: Sequence[Touch]) -> dict[int, list[File]]:
    """The files of each letter, in the order in which they were put in. One query, by an index."""
    found: dict[int, list[File]] = {}
    kept = Enclosure.objects.filter(touch__in=among(row.pk for row in rows)).order_by("pk")
    for touch_id, name, media_type, content in kept.values_list("touch_id", "name", "media_type", "content"):
        found.setdefault(touch_id, []).append((name, media_type, bytes(content)))
    return found


def files_of(touch: Touch) -> list[Enclosure]:
    """What is in one letter, without the contents. One query."""
    return list(Enclosure.objects.filter(touch=touch).defer("content").order_by("pk"))
