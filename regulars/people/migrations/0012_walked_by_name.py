from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0011_reach_by'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='person',
            name='person_by_name',
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['sort_name', 'id', 'merged_into', 'erased_at'], name='person_by_name'),
        ),
    ]
