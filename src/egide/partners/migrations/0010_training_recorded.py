"""Training as records with an author; the column nothing read goes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import egide.common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0009_emergency_misses"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="membership",
            name="training_valid_until",
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("emergency_opened", "An emergency access was opened"),
                    ("emergency_missed", "Emergency access was asked for in vain, many times"),
                    ("change_proposed", "A change waits for a second person"),
                    ("training_ends", "A training lapses soon"),
                ],
                max_length=24,
            ),
        ),
        migrations.CreateModel(
            name="TrainingRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("course", models.CharField(max_length=40)),
                ("completed_on", models.DateField()),
                ("valid_until", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="training",
                        to="partners.membership",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
                (
                    "recorded_by_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=["membership", "course"],
                        name="partners_training_held",
                    ),
                    models.Index(
                        condition=models.Q(("warned_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=["valid_until", "id"],
                        name="partners_training_to_warn",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account", models.F("recorded_by_account")), _negated=True),
                        name="partners_training_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="partners_training_withdrawn_whole",
                    ),
                ],
            },
        ),
    ]
