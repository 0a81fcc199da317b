from django.db import migrations, models


def days_of_moments(apps, schema_editor):
    rows = apps.get_model("rapport", "Enquiry").objects.filter(asked_on=None)
    for pk, at in rows.values_list("pk", "asked_at").iterator():
        rows.filter(pk=pk).update(asked_on=at.date())


class Migration(migrations.Migration):
    dependencies = [("rapport", "0002_ties")]

    operations = [
        migrations.AddField("enquiry", "asked_on", models.DateField(null=True)),
        migrations.RunPython(days_of_moments, migrations.RunPython.noop),
        migrations.AlterField("enquiry", "asked_on", models.DateField()),
    ]
