"""Another agency may lead a case; the words of a task that went on stay whose they were."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import egide.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0066_prosecutor_reports"),
        ("partners", "0011_mails_of_lead_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="words_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.agency",
            ),
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
                    ("conference", "Case conference"),
                    ("level_confirmation", "Second person for a lowered level"),
                    ("review", "Review"),
                    ("acknowledgements", "Answers of agencies that must stop using what they received"),
                    ("consent_check", "Check consent: an agency it names no longer takes part"),
                    ("log_review", "Review of what a colleague read before being kept out"),
                    ("access_request", "Answer to a person who asks for their own file"),
                    ("lead_change", "Change of lead agency"),
                    ("lead_consents", "Consents, after a change of lead agency"),
                    ("action", "Agreed action"),
                    ("task", "Task"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="LeadChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for the other agency"),
                            ("accepted", "Accepted: the other agency leads"),
                            ("refused", "Refused by the other agency"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "answered_by_account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lead_changes",
                        to="cases.case",
                    ),
                ),
                (
                    "from_programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.programme"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "proposed_by_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.entry"
                    ),
                ),
                (
                    "to_programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.programme"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["from_programme", "proposed_at"], name="cases_lead_change_from")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("case",),
                        name="cases_lead_change_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_programme", models.F("to_programme")), _negated=True),
                        name="cases_lead_change_two_programmes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("answered_by_account__isnull", True),
                                ("state", "proposed"),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("answered_by_account__isnull", False),
                                models.Q(("state", "proposed"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cases_lead_change_answered_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(("proposed_by_account", models.F("answered_by_account")), _negated=True),
                            _connector="OR",
                        ),
                        name="cases_lead_change_two_people",
                    ),
                ],
            },
        ),
    ]
