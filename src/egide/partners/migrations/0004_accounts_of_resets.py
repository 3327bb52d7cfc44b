from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_the_accounts(apps: Any, schema_editor: Any) -> None:
    """Write beside each membership the account it belongs to: the rule of two is about people."""
    resets = apps.get_model("partners", "FactorReset").objects
    memberships = apps.get_model("partners", "Membership").objects
    for field in ("requested_by", "confirmed_by"):
        account = memberships.filter(pk=OuterRef(field)).order_by().values("account_id")[:1]
        waiting = resets.filter(**{f"{field}__isnull": False, f"{field}_account__isnull": True})
        waiting.update(**{f"{field}_account_id": Subquery(account)})


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_two_administrators")]
    operations = [migrations.RunPython(name_the_accounts, migrations.RunPython.noop)]
