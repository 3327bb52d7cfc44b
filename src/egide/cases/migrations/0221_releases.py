import django.db.models.deletion
from django.db import migrations, models

import egide.common.ids

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
    ("release", "Warning before a release"),
    ("release_day", "Finding out whether a release took place"),
    ("action", "Agreed action"),
    ("task", "Task"),
]

STATES = [("awaited", "Awaited"), ("took_place", "Took place"), ("called_off", "Does not take place")]


def _to(model, *, may_miss=False, on_delete=django.db.models.deletion.PROTECT, related_name="+"):
    return models.ForeignKey(
        to=model, on_delete=on_delete, related_name=related_name, null=may_miss, blank=may_miss
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0220_how_tasks_go"), ("partners", "0013_mails_of_conferences")]

    operations = [
        migrations.AlterField("task", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.CharField(choices=STATES, default="awaited", max_length=12)),
                ("expected_on", models.DateField()),
                ("is_known", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    _to("cases.case", on_delete=django.db.models.deletion.CASCADE, related_name="releases"),
                ),
                ("confirmation", _to("cases.task")),
                ("ended_by", _to("partners.membership", may_miss=True)),
                ("entry", _to("cases.entry")),
                ("recorded_by", _to("partners.membership")),
                ("warning", _to("cases.task")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="cases_one_release_awaited",
                        fields=("case",),
                        condition=models.Q(state="awaited"),
                    ),
                    models.CheckConstraint(
                        name="cases_ended_release_has_author_and_date",
                        condition=models.Q(state="awaited", ended_by__isnull=True, ended_at__isnull=True)
                        | (
                            ~models.Q(state="awaited")
                            & models.Q(ended_by__isnull=False, ended_at__isnull=False)
                        ),
                    ),
                ],
            },
        ),
    ]
