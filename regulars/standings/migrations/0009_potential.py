from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('standings', '0008_products_and_room'),
    ]

    operations = [
        migrations.AlterField(
            model_name='finding',
            name='name',
            field=models.CharField(choices=[('groups', 'Groups'), ('retention', 'Retention'), ('second', 'Second'), ('survival', 'Survival'), ('value', 'Value'), ('forecast', 'Forecast'), ('slipping', 'Slipping'), ('model', 'Model'), ('peers', 'Peers'), ('products', 'Products'), ('room', 'Room'), ('potential', 'Potential')], max_length=16, unique=True),
        ),
    ]
