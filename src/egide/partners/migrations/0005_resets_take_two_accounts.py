import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_accounts_of_resets")]
    operations = [
        migrations.AlterField(
            model_name="factorreset",
            name="requested_by_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="factorreset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(
                            ("confirmed_at__isnull", True),
                            models.Q(
                                ("confirmed_by_account__isnull", False),
                                ("requested_by_account__isnull", False),
                                models.Q(
                                    ("requested_by_account", models.F("confirmed_by_account")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="partners_reset_two_people",
            ),
        ),
    ]
