"""Keep warnings of the model as kind and figures.

A card of before holds English sentences. Those that need no figures become kinds; the others are left out until the
next night, when every card is written anew because its layout is another.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no churn visible", {"kind": "no-churn"}),
    ("spends the same", {"kind": "same-spend"}),
    ("stand at a limit", {"kind": "spend-at-limit"}),
    ("probably busier than those known", {"kind": "other-season-ahead", "is_busier": True, "is_counted": False}),
    ("probably quieter than those known", {"kind": "other-season-ahead", "is_busier": False, "is_counted": False}),
    ("months known were much busier", {"kind": "unlike-months", "is_counted": False}),
    ("no season is counted in", {"kind": "no-season"}),
)


def to_kinds(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for card in apps.get_model("standings", "Finding").objects.filter(name="model"):
        for holder in _holders(card.data):
            holder["warnings"] = [kind for said in holder["warnings"] for kind in _kinds(said)]
        card.save(update_fields=["data"])


def _kinds(said: Any) -> list[dict[str, Any]]:
    return [said] if isinstance(said, dict) else [kind for mark, kind in KINDS if mark in said]


def _holders(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The card and every model stored on it, those inside of others too."""
    if "warnings" in kept:
        yield kept
    for inside in kept.values():
        if isinstance(inside, dict):
            yield from _holders(inside)


class Migration(migrations.Migration):

    dependencies = [
        ("standings", "0010_room_for_new_scores"),
    ]

    operations = [
        migrations.RunPython(to_kinds, migrations.RunPython.noop, elidable=True),
    ]
