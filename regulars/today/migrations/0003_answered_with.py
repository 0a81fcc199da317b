from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('today', '0002_waiting'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='answered_with',
            field=models.BigIntegerField(null=True),
        ),
    ]
