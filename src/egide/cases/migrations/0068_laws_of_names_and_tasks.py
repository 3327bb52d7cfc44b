"""Names and words of tasks carry the law of who holds them and of who brought them, as entries do."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def _codes(*regimes):
    return ",".join(sorted({code for some in regimes for code in some}))


def fill(apps, schema_editor):
    """A name is bound as the identity it was written with; a task as who has it and who wrote it are bound today."""
    File, Entry, Task, Agency = (
        apps.get_model(*one)
        for one in (("cases", "File"), ("cases", "Entry"), ("cases", "Task"), ("partners", "Agency"))
    )
    identity = Entry.objects.filter(file=OuterRef("pk"), form="identity:1").order_by("created_at", "id")
    File.objects.update(name_regimes=Coalesce(Subquery(identity.values("regimes")[:1]), Value("")))
    laws = dict(Agency.objects.order_by().values_list("pk", "regimes"))
    # A name without an identity beside it: by the law of who holds it, at least.
    for agency, regimes in laws.items():
        bare = File.objects.filter(holder=agency).exclude(entries__form="identity:1")
        bare.update(name_regimes=_codes(regimes))
    said = Task.objects.filter(text__isnull=False)
    pairs = said.order_by().values_list("agency", "created_by__agency").distinct()
    for agency, writer in list(pairs):
        said.filter(agency=agency, created_by__agency=writer).update(
            regimes=_codes(laws[agency], laws.get(writer, ()))
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0067_lead_changes"), ("partners", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="name_regimes",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="task",
            name="regimes",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
