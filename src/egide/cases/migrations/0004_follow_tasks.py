"""Fill who follows the open tasks that were there before; apart, so that no table changes under an update."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery


def follow(apps: Any, schema_editor: Any) -> None:
    """Let the lead of each case follow the tasks that were already late or another agency's."""
    task, case = apps.get_model("cases", "Task"), apps.get_model("cases", "Case")
    programme = case.objects.filter(pk=OuterRef("case_id"))
    tasks = task.objects.filter(done_at__isnull=True).filter(
        Q(raised_at__isnull=False) | ~Q(agency=Subquery(programme.values("programme__lead_agency")))
    )
    tasks.update(rises_to=Subquery(programme.values("lead")))


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_lists_by_date")]

    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
