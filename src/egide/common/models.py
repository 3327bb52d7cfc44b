"""One infrastructure table: which submissions were already done."""

from django.db import models

from egide.common.ids import new_id


class Submission(models.Model):
    """One form or file, sent once: the key it carried and where its answer is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=64)
    owner = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    answer = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "owner", "key"], name="common_submission_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scope}"
