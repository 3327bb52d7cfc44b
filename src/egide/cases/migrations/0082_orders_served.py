"""An order made without notice says whether it was served; what is there already counts as served, as it did."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0081_held_by_who_led")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="is_served",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RemoveIndex(model_name="entry", name="cases_entry_classes"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["file", "is_current", "category", "holder", "regimes", "is_served"],
                name="cases_entry_classes",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=Q(("is_served", True), ("category", "justice.orders"), _connector="OR"),
                name="cases_only_orders_wait_for_service",
            ),
        ),
    ]
