"""The secret address at which somebody's own calendar reads that something is due."""

from django.db import models

from egide.common.ids import new_id
from egide.partners.models import Membership


class CalendarFeed(models.Model):
    """One address for one person under one hat. The address itself is kept nowhere: only a keyed digest of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    #: The last day somebody's calendar asked, so that its owner notices an address that is in use elsewhere.
    read_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return "calendar address"
