from django.db import migrations, models

CHANNELS = [
    ("email", "E-mail"),
    ("text", "Text message"),
    ("letter", "Letter"),
    ("card", "Card"),
    ("call", "Call"),
    ("by_hand", "By hand"),
    ("notice", "Notice on your page"),
    ("social", "Elsewhere"),
]


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_inbound")]

    operations = [
        migrations.AlterField(
            model_name="touch", name="channel", field=models.CharField(choices=CHANNELS, max_length=12)
        ),
        migrations.AlterField(
            model_name="wording",
            name="channel",
            field=models.CharField(choices=CHANNELS, default="email", max_length=12),
        ),
    ]
