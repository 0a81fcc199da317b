from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('standings', '0006_terms'),
    ]

    operations = [
        migrations.RenameField(
            model_name='standing',
            old_name='median_gap_days',
            new_name='usual_gap_days',
        ),
    ]
