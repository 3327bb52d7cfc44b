"""The bytes of documents, sealed in parts; and what was brought and not added yet."""

import django.db.models.deletion
from django.db import migrations, models

import egide.common.ids
import egide.vault.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0084_not_safe_yet"),
        ("partners", "0011_mails_of_lead_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PendingDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=egide.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("content", egide.vault.fields.SealedField()),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "former",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.entry",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "-id"], name="cases_pending_by_owner"),
                    models.Index(fields=["created_at"], name="cases_pending_by_date"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("data", egide.vault.fields.SealedField()),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="cases.entry",
                    ),
                ),
                (
                    "pending",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="cases.pendingdocument",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry__isnull", False), ("pending__isnull", True)),
                            models.Q(("entry__isnull", True), ("pending__isnull", False)),
                            _connector="OR",
                        ),
                        name="cases_part_of_one_document",
                    ),
                    models.UniqueConstraint(fields=("entry", "number"), name="cases_part_once"),
                    models.UniqueConstraint(fields=("pending", "number"), name="cases_pending_part_once"),
                ],
            },
        ),
    ]
