"""Fill who holds what was asked. Apart from the columns: PostgreSQL makes no index on rows just changed."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Until now both were held by whoever led the case: by that agency, as it is today."""
    Case, Request, Notice, Agency = (
        apps.get_model(*one)
        for one in (
            ("cases", "Case"),
            ("cases", "AccessRequest"),
            ("cases", "EndNotice"),
            ("partners", "Agency"),
        )
    )
    lead = Case.objects.filter(pk=OuterRef("case")).order_by().values("programme__lead_agency")[:1]
    Request.objects.filter(holder=None).update(holder=Subquery(lead))
    Notice.objects.filter(law_holder=None, law__isnull=False).update(law_holder=Subquery(lead))
    for agency, regimes in Agency.objects.order_by().values_list("pk", "regimes"):
        Request.objects.filter(holder=agency).update(regimes=",".join(sorted(regimes)))


class Migration(migrations.Migration):
    dependencies = [("cases", "0080_who_holds_what_was_asked")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
