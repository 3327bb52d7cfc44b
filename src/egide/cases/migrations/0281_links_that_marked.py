"""Which standing link made its later case one that comes again: the earliest that says so of it."""

from django.db import migrations


def fill(apps, schema_editor):
    CaseLink = apps.get_model("cases", "CaseLink")
    marked = set()
    links = CaseLink.objects.filter(kind="repeat", unlinked_at__isnull=True)
    for link in links.select_related("first", "second").order_by("linked_at", "pk"):
        later = max((link.first, link.second), key=lambda case: (case.received_at, case.pk))
        if later.is_repeat and later.pk not in marked:
            marked.add(later.pk)
            CaseLink.objects.filter(pk=link.pk).update(marks_repeat=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0280_same_person")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
