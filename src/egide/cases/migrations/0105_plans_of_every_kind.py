from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0104_drafts_of_referrals")]

    operations = [
        migrations.RenameModel("SafetyPlan", "Plan"),
        migrations.AlterField(
            "plan",
            "file",
            models.ForeignKey(on_delete=models.CASCADE, related_name="plans", to="cases.file"),
        ),
        migrations.AlterField(
            "plan",
            "made_with",
            models.CharField(
                choices=[
                    ("in_person", "In person"),
                    ("by_phone", "By phone"),
                    ("with_team", "By the team, without the person"),
                    ("not_yet", "Not with the person yet"),
                ],
                default="not_yet",
                max_length=12,
            ),
        ),
    ]
