"""A case may be transferred to another area: the proposal, what was asked about it, and what became of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import egide.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0201_conferences_prepared"),
        ("partners", "0013_mails_of_conferences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                    ("action", "Agreed action"),
                    ("task", "Task"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Transfer",
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
                            ("proposed", "Waits for the other area"),
                            ("accepted", "Done: the other area leads"),
                            ("refused", "Refused by the other area"),
                            ("withdrawn", "Withdrawn"),
                            ("returned", "Returned to where it came from"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("moves", "The person moves, or has moved"),
                            ("safer", "The person is safer with a team elsewhere"),
                            ("known_there", "The other team knows the person, or works with them already"),
                            ("conflict", "This team cannot act for a reason of its own"),
                            ("return", "It goes back to where it came from"),
                            ("other", "Another reason"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_emergency", models.BooleanField(default=False)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "The person’s consent names the agency"),
                            ("danger", "A serious danger, written down and approved"),
                            ("common_programme", "The agencies carry out a common programme"),
                            ("return", "The case goes back to the agency whose it was"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        choices=[
                            ("told", "Yes, somebody told them"),
                            ("not_safe", "No: it would not be safe"),
                            ("not_reached", "No: they could not be reached"),
                        ],
                        max_length=12,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_ours", "It is not of our area, or not for our programme"),
                            ("no_room", "We could not act in time"),
                            ("too_little", "What we may read is too little to act on"),
                            ("conflict", "Our team cannot act for a reason of its own"),
                            ("other", "Another reason"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("went", models.JSONField(blank=True, default=dict)),
                ("stayed", models.JSONField(blank=True, default=dict)),
                ("let_go", models.JSONField(blank=True, default=list)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="transfers", to="cases.case"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.entry",
                    ),
                ),
                (
                    "coordinator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "first_task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="cases.task",
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
                    "refusal_words",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.entry",
                    ),
                ),
                (
                    "returns",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returned_by",
                        to="cases.transfer",
                    ),
                ),
                (
                    "to_programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.programme"
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "wishes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TransferQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.entry",
                    ),
                ),
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.entry"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="cases.transfer",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["from_programme", "proposed_at"], name="cases_transfer_from"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["to_programme", "proposed_at"], name="cases_transfer_to"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("state", "proposed")), fields=["due_at"], name="cases_transfer_late"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("case",), name="cases_transfer_one_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_programme", models.F("to_programme")), _negated=True),
                name="cases_transfer_two_programmes",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("told", "told"), ("told_by__isnull", False)),
                    models.Q(models.Q(("told", "told"), _negated=True), ("told_by__isnull", True)),
                    _connector="OR",
                ),
                name="cases_transfer_told_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
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
                name="cases_transfer_answered_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["accepted", "returned"]), _negated=True),
                    models.Q(
                        ("coordinator__isnull", False),
                        models.Q(("proposed_by_account", models.F("answered_by_account")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cases_transfer_taken_over_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refusal__gt", ""), ("state", "refused")),
                    models.Q(models.Q(("state", "refused"), _negated=True), ("refusal", "")),
                    _connector="OR",
                ),
                name="cases_transfer_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returns__isnull", True), models.Q(("basis", "return"), _negated=True)),
                    models.Q(("basis", "return"), ("returns__isnull", False)),
                    _connector="OR",
                ),
                name="cases_transfer_return_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer__isnull", True)),
                fields=("transfer",),
                name="cases_transfer_one_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer__isnull", True), ("answered_at__isnull", True), ("answered_by__isnull", True)
                    ),
                    models.Q(
                        ("answer__isnull", False),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="cases_transfer_question_answered_whole",
            ),
        ),
    ]
