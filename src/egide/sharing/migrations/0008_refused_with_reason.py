from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0007_decision_table")]

    operations = [
        migrations.AddField(
            model_name="tableversion",
            name="decision_reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="reason of the refusal"),
        ),
        migrations.AddConstraint(
            model_name="tableversion",
            constraint=models.CheckConstraint(
                name="sharing_table_refusal_says_why",
                condition=(models.Q(state="refused") & ~models.Q(decision_reason=""))
                | (~models.Q(state="refused") & models.Q(decision_reason="")),
            ),
        ),
    ]
