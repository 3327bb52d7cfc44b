"""A person has one seat in a conference, whatever the hat: say whose each is, keep one of each person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill_in(apps, _editor):
    """Say whose each seat is; of two seats of one person the one they were present in stays, or the first."""
    Attendance = apps.get_model("cases", "Attendance")
    members = apps.get_model("partners", "Membership").objects
    account = members.filter(pk=OuterRef("membership")).values("account")
    Attendance.objects.update(account=Subquery(account))
    seen = set()
    for row in Attendance.objects.order_by("conference", models.F("is_present").desc(nulls_last=True), "pk"):
        if (row.conference_id, row.account_id) in seen:
            row.delete()
        seen.add((row.conference_id, row.account_id))


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0060_names_of_drafts"),
        ("partners", "0007_home_agency"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attendance",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
