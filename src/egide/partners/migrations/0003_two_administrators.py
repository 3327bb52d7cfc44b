import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import egide.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0002_factor_reset"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProposedChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agency", "Agency: sector, regimes or opening"),
                            ("membership", "Role of administrator or privacy officer"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("referrer", "Referrer"),
                            ("coordinator", "Coordinator"),
                            ("team_member", "Team member"),
                            ("advocate", "Victim advocate"),
                            ("chair", "Conference chair"),
                            ("privacy_officer", "Privacy officer"),
                            ("strategy_lead", "Strategy lead"),
                            ("evaluator", "Evaluator"),
                            ("trainer", "Trainer"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                ("before", models.JSONField(blank=True, default=dict)),
                ("after", models.JSONField(blank=True, default=dict)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("proposed_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waiting for a second administrator"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Declined"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="factorreset",
            name="partners_reset_two_people",
        ),
        migrations.AddField(
            model_name="agency",
            name="deactivation_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="agreement",
            name="termination_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="factorreset",
            name="confirmed_by_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="factorreset",
            name="requested_by_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.membership"
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposed_changes",
                to="partners.agency",
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.membership",
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="decided_by_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.membership"
            ),
        ),
        migrations.AddField(
            model_name="proposedchange",
            name="proposed_by_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("made_at"))),
                name="partners_invitation_expires_after_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_at__isnull", True),
                    models.Q(("cancelled_at__isnull", True), ("used_at__lte", models.F("expires_at"))),
                    _connector="OR",
                ),
                name="partners_invitation_used_in_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at__isnull", True), ("used_at__isnull", True)),
                fields=("account",),
                name="partners_invitation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "confirmed"), _negated=True),
                    models.Q(
                        ("decided_by_account__isnull", False),
                        models.Q(
                            ("decided_at__isnull", True),
                            models.Q(
                                ("decided_by_account__isnull", False),
                                ("proposed_by_account__isnull", False),
                                models.Q(
                                    ("proposed_by_account", models.F("decided_by_account")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="partners_change_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("account__isnull", True),
                    models.Q(
                        models.Q(("account", models.F("proposed_by_account")), _negated=True),
                        models.Q(
                            models.Q(("outcome", "confirmed"), _negated=True),
                            models.Q(
                                ("decided_by_account__isnull", False),
                                models.Q(("account", models.F("decided_by_account")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="partners_change_not_for_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decided_by_account", None),
                        ("outcome", ""),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_by_account__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="partners_change_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "agency"), ("outcome", "")),
                fields=("agency",),
                name="partners_change_one_open_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "membership"), ("outcome", "")),
                fields=("agency", "account", "role"),
                name="partners_change_one_open_role",
            ),
        ),
    ]
