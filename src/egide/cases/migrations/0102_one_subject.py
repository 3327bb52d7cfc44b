from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0101_every_case_is_about_somebody")]

    operations = [
        migrations.AddConstraint(
            model_name="file",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_subject", True)), fields=("case",), name="cases_one_subject_per_case"
            ),
        )
    ]
