import hashlib

import django.db.models.deletion
from django.db import migrations, models


def keep_once(apps, schema_editor):
    """Move what is in each file to where it is kept once."""
    Enclosure, KeptFile = apps.get_model("outreach", "Enclosure"), apps.get_model("outreach", "KeptFile")
    for pk in list(Enclosure.objects.values_list("pk", flat=True)):
        content = bytes(Enclosure.objects.values_list("content", flat=True).get(pk=pk))
        digest = hashlib.sha256(content).hexdigest()
        kept, _is_new = KeptFile.objects.get_or_create(
            digest=digest, defaults={"size": len(content), "content": content}
        )
        Enclosure.objects.filter(pk=pk).update(kept=kept)
    _settle(schema_editor)


def put_back(apps, schema_editor):
    Enclosure, KeptFile = apps.get_model("outreach", "Enclosure"), apps.get_model("outreach", "KeptFile")
    for pk, kept in list(Enclosure.objects.values_list("pk", "kept_id")):
        Enclosure.objects.filter(pk=pk).update(content=KeptFile.objects.values_list("content", flat=True).get(pk=kept))
    _settle(schema_editor)


def leave_out_those_of_many(apps, schema_editor):
    """On the way back: only files of single letters had a place."""
    apps.get_model("outreach", "Enclosure").objects.filter(touch=None).delete()
    _settle(schema_editor)


def _settle(schema_editor):
    """PostgreSQL changes no table whose keys are still to be looked at."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0017_large_mailings'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('size', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='enclosure',
            name='kept',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outreach.keptfile'),
        ),
        migrations.AlterField(
            model_name='enclosure',
            name='content',
            field=models.BinaryField(default=b''),
        ),
        migrations.RunPython(keep_once, put_back),
        migrations.RemoveField(model_name='enclosure', name='content'),
        migrations.AlterField(
            model_name='enclosure',
            name='kept',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='outreach.keptfile'),
        ),
        migrations.AlterField(
            model_name='enclosure',
            name='touch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='outreach.touch'),
        ),
        migrations.RunPython(migrations.RunPython.noop, leave_out_those_of_many),
        migrations.AddField(
            model_name='enclosure',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='outreach.wordingversion'),
        ),
        migrations.AddField(
            model_name='enclosure',
            name='mailing',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='enclosures', to='outreach.mailing'),
        ),
        migrations.AddConstraint(
            model_name='enclosure',
            constraint=models.UniqueConstraint(fields=('version', 'name'), name='outreach_enclosed_once_in_words'),
        ),
        migrations.AddConstraint(
            model_name='enclosure',
            constraint=models.UniqueConstraint(fields=('mailing', 'name'), name='outreach_enclosed_once_in_many'),
        ),
        migrations.AddConstraint(
            model_name='enclosure',
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(('mailing__isnull', True), ('touch__isnull', False), ('version__isnull', True)), models.Q(('mailing__isnull', True), ('touch__isnull', True), ('version__isnull', False)), models.Q(('mailing__isnull', False), ('touch__isnull', True), ('version__isnull', True)), _connector='OR'),
                name='outreach_enclosed_in_one_place',
            ),
        ),
        migrations.AddIndex(
            model_name='touch',
            index=models.Index(
                condition=models.Q(('channel', 'email'), ('state', 'planned')), fields=['due_at', 'id'], name='outreach_unasked'
            ),
        ),
    ]
