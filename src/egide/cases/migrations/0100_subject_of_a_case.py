from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0090_documents")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="is_subject",
            field=models.BooleanField(db_default=False, default=False),
        )
    ]
