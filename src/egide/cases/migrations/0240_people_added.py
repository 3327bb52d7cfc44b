"""Children and others at risk: when a minor comes of age, who was added by mistake, one notice for each file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0221_releases"),
        ("partners", "0013_mails_of_conferences"),
        ("sharing", "0240_own_consents"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="endnotice",
            name="cases_end_notice_one_waiting",
        ),
        migrations.AddField(
            model_name="file",
            name="of_age_month",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="file",
            name="taken_out_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
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
                    ("own_consent", "Consent of a child or another person at risk"),
                    ("comes_of_age", "Asking a person themselves: they come of age"),
                    ("action", "Agreed action"),
                    ("task", "Task"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="endnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True), ("superseded_at__isnull", True)),
                fields=("case", "agency", "file"),
                name="cases_end_notice_one_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="file",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_out_at__isnull", True),
                    models.Q(
                        ("expunged_at__isnull", False),
                        ("is_subject", False),
                        ("role__in", ("child", "other_at_risk")),
                    ),
                    _connector="OR",
                ),
                name="cases_only_the_added_are_taken_out",
            ),
        ),
    ]
