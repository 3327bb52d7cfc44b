"""The ledger refuses update and delete in the database itself."""

from django.db import migrations

from egide.ledger import triggers


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(triggers.install, triggers.remove)]
