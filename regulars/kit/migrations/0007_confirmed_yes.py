from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kit", "0006_links_counted")]

    operations = [
        migrations.AddField("business", "confirms_yes", models.BooleanField(default=True, db_default=True)),
    ]
