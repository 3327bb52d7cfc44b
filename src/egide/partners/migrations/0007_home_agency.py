"""Whose person each one is: the agency they belong to, apart from those they only act for."""

import django.db.models.deletion
from django.db import migrations, models


def settle(apps, schema_editor):
    """Everyone belongs to the agency of their first place; an administrator corrects it, with a second one."""
    membership = apps.get_model("partners", "Membership")
    account = apps.get_model("partners", "Account")
    first = membership.objects.filter(account=models.OuterRef("pk")).order_by("starts_on", "pk")
    account.objects.filter(home_agency=None).update(home_agency=models.Subquery(first.values("agency")[:1]))


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_outbox")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="home_agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.agency",
                verbose_name="own agency",
            ),
        ),
        migrations.AlterField(
            model_name="proposedchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("agency", "Agency: sector, regimes or opening"),
                    ("membership", "Role of administrator or privacy officer"),
                    ("home", "A person’s own agency"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="proposedchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "home"), ("outcome", "")),
                fields=("account",),
                name="partners_change_one_open_home",
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
