"""What a person asked, and the name of a law in an answer, stay held by the agency they were written to."""

import django.db.models.deletion
from django.db import migrations, models
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
    dependencies = [("cases", "0071_tell_person_task"), ("partners", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="accessrequest",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.agency",
            ),
        ),
        migrations.AddField(
            model_name="accessrequest",
            name="regimes",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="endnotice",
            name="law_holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.agency",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
