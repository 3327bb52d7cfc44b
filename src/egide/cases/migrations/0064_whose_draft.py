"""A draft may say whose file it is for: one person's never fills another's form."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0063_own_file_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="draft", name="file_id", field=models.UUIDField(blank=True, null=True)
        ),
        migrations.RemoveConstraint(model_name="draft", name="cases_draft_one_per_form_and_case"),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("file_id__isnull", True)),
                fields=("owner", "form", "subject"),
                name="cases_draft_one_per_form_and_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                fields=("owner", "form", "subject", "file_id"), name="cases_draft_one_per_form_and_file"
            ),
        ),
    ]
