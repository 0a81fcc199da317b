from datetime import UTC, datetime, time

from django.db import migrations, models


def days_of_moments(apps, schema_editor):
    rows = apps.get_model("rapport", "Enquiry").objects.filter(asked_on=None)
    for pk, at in list(rows.values_list("pk", "asked_at")):
        rows.filter(pk=pk).update(asked_on=at.date())
    rows = apps.get_model("rapport", "Enquiry").objects.filter(waits_from=None)
    rows.filter(state="open").update(waits_from=models.F("asked_at"))
    for pk, day in list(rows.filter(state="parked").values_list("pk", "parked_until")):
        rows.filter(pk=pk).update(waits_from=datetime.combine(day, time.min, UTC))


class Migration(migrations.Migration):
    dependencies = [("rapport", "0002_ties")]

    operations = [
        migrations.AddField("enquiry", "asked_on", models.DateField(null=True)),
        migrations.AddField("enquiry", "waits_from", models.DateTimeField(null=True)),
        migrations.RunPython(days_of_moments, migrations.RunPython.noop),
        migrations.AlterField("enquiry", "asked_on", models.DateField()),
        migrations.RemoveIndex("enquiry", "enquiry_waiting"),
        migrations.AddIndex(
            "enquiry",
            models.Index(
                fields=["waits_from", "id"], name="enquiry_waits", condition=models.Q(waits_from__isnull=False)
            ),
        ),
    ]
