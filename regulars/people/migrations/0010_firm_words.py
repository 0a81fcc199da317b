"""Give every firm the word it is known again by."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from regulars.people.words import fold


def fill(apps: Any, schema_editor: Any) -> None:
    firms = apps.get_model("people", "Organisation").objects.using(schema_editor.connection.alias)
    for firm in firms.filter(word="").iterator():
        firms.filter(pk=firm.pk).update(word=" ".join(fold(firm.name).split())[:200])


class Migration(migrations.Migration):
    dependencies = [("people", "0009_contract_days")]

    operations = [
        migrations.AddField(
            "organisation", "word", models.CharField(max_length=200, blank=True, editable=False, default="", db_index=True),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
