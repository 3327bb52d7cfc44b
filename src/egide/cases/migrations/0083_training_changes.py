"""Which training a programme asks is changed by two administrators."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import egide.common.ids


def _by(to, *, null=False):
    return models.ForeignKey(
        blank=null, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0082_orders_served"),
        ("partners", "0011_mails_of_lead_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainingChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
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
                ("decided_by", _by("partners.membership", null=True)),
                ("decided_by_account", _by(settings.AUTH_USER_MODEL, null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_changes",
                        to="cases.programme",
                    ),
                ),
                ("proposed_by", _by("partners.membership")),
                ("proposed_by_account", _by(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="cases_training_change_two_people",
                        condition=~Q(outcome="confirmed")
                        | (
                            Q(decided_by_account__isnull=False)
                            & ~Q(decided_by_account=F("proposed_by_account"))
                        ),
                    ),
                    models.CheckConstraint(
                        name="cases_training_change_decided_whole",
                        condition=Q(outcome="", decided_by=None, decided_by_account=None, decided_at=None)
                        | (
                            Q(
                                decided_by__isnull=False,
                                decided_by_account__isnull=False,
                                decided_at__isnull=False,
                            )
                            & ~Q(outcome="")
                        ),
                    ),
                    models.UniqueConstraint(
                        name="cases_training_change_one_waits",
                        fields=["programme"],
                        condition=Q(outcome=""),
                    ),
                ]
            },
        ),
    ]
