"""Who works, and what runs when."""

from django.db import models


class Worker(models.Model):
    """A running worker's sign of life. Without one for a while, its jobs are taken back."""

    id = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class Schedule(models.Model):
    """When a periodic job last ran. Several schedulers may run: the row is the lock."""

    name = models.CharField(max_length=64, primary_key=True)
    last_run_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField()
    last_error = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name
