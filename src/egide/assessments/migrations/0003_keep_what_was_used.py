"""Keep, with each assessment made before, the text of the sheet it was filled with, where it still ships."""

from hashlib import sha256
from pathlib import Path

import yaml
from django.db import migrations

SHIPPED = Path(__file__).resolve().parent.parent / "instruments"


def keep(apps, schema_editor):
    Assessment = apps.get_model("assessments", "Assessment")
    Kept = apps.get_model("assessments", "KeptDefinition")
    for path in sorted(SHIPPED.glob("*.yaml")):
        text = path.read_text(encoding="utf-8-sig")
        data = yaml.safe_load(text)
        rows = Assessment.objects.filter(
            instrument=data["code"], version=str(data["version"]), definition__isnull=True
        ).order_by()
        first = rows.order_by("scored_at").values_list("scored_at", flat=True).first()
        if first is None:
            continue
        kept, _is_new = Kept.objects.get_or_create(
            digest=sha256(text.encode()).hexdigest(),
            defaults={
                "instrument": data["code"],
                "version": str(data["version"]),
                "content": text,
                "kept_at": first,
            },
        )
        rows.update(definition=kept)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_kept_definitions_and_imports")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop, elidable=True)]
