"""Warnings before it hurts: the house looks at itself now and then and keeps what it found wrong."""

from __future__ import annotations

from regulars.kit import clock, health
from regulars.kit.business import in_our_language
from regulars.kit.models import Worry
from regulars.kit.schedules import every

WORTH_A_WORD = frozenset({"disk", "database", "backup", "second place", "key"})


@every("look after the house", cron="*/10 * * * *")
def look() -> None:
    """Everything that can be looked at quickly; only what changed is written."""
    with in_our_language():
        keep(health.check(thoroughly=False), leaving=frozenset({"database"}))


@every("read the whole database", cron="20 4 * * *", heavy=True)
def look_thoroughly() -> None:
    """Once a night every page of the database is read, so that damage is known while good backups are there."""
    with in_our_language():
        keep(health.check(thoroughly=True))


def keep(findings: list[health.Finding], leaving: frozenset[str] = frozenset()) -> None:
    """Write what is wrong in the language of the business, and forget what is in order again. Safe to repeat."""
    wrong = {found.key: found.sentence for found in findings if not found.is_fine and found.key in WORTH_A_WORD}
    there = dict(Worry.objects.exclude(key__in=leaving).values_list("key", "sentence"))
    Worry.objects.filter(key__in=there.keys() - wrong.keys()).delete()
    for key, sentence in wrong.items():
        if there.get(key) != sentence:
            Worry.objects.update_or_create(
                key=key, defaults={"sentence": sentence}, create_defaults={"sentence": sentence, "since": clock.now()}
            )


def worries() -> list[str]:
    """What the owner should know now, in sentences: the disk as it is now, the rest as last seen. One query."""
    kept = dict(Worry.objects.order_by("since").values_list("key", "sentence"))
    kept.pop("disk", None)
    disk = health.disk()
    return [*([] if disk.is_fine else [disk.sentence]), *kept.values()]
