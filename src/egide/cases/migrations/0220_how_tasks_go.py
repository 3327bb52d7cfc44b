import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("triage", "Triage decision"),
    ("second_reader", "Second reader"),
    ("first_contact", "First safe contact"),
    ("consent", "Informed consent"),
    ("assessment", "Assessment"),
    ("safety_plan", "Safety plan, in person"),
    ("management_plan", "Management plan"),
    ("support", "Support offered"),
    ("expression_approval", "Second person for words that came with a threat"),
    ("conference", "Case conference"),
    ("part", "What an agency brings to the conference"),
    ("level_confirmation", "Second person for a lowered level"),
    ("review", "Review"),
    ("development", "Review after a critical development"),
    ("acknowledgements", "Answers of agencies that must stop using what they received"),
    ("consent_check", "Check consent: an agency it names no longer takes part"),
    ("log_review", "Review of what a colleague read before being kept out"),
    ("access_request", "Answer to a person who asks for their own file"),
    ("lead_change", "Change of lead agency"),
    ("lead_consents", "Consents, after a change of lead agency"),
    ("transfer", "Transfer to another area"),
    ("tell_person", "Telling the person what was shared without their agreement"),
    ("interpreter", "Interpreter, before the first contact"),
    ("need", "What the person needs"),
    ("blocked", "An action that cannot go on"),
    ("action", "Agreed action"),
    ("task", "Task"),
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0281_links_that_marked")]

    operations = [
        migrations.AlterField("task", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.AddField("task", "blocked_at", models.DateTimeField(blank=True, null=True)),
        *[
            migrations.AddField(
                "task",
                name,
                models.ForeignKey(
                    blank=True, null=True, on_delete=on_delete, related_name="+", to=f"cases.{to}"
                ),
            )
            for name, to, on_delete in (
                ("remark", "entry", django.db.models.deletion.PROTECT),
                ("cause", "entry", django.db.models.deletion.PROTECT),
                ("about", "task", django.db.models.deletion.CASCADE),
            )
        ],
        migrations.AddConstraint(
            "task",
            models.CheckConstraint(
                name="cases_blocked_task_has_reason",
                condition=models.Q(blocked_at__isnull=True) | models.Q(remark__isnull=False),
            ),
        ),
    ]
