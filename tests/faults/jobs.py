"""A job for the tests of survival: safe to run twice, like every job."""

from django_tasks import task

from egide.common.models import Submission
from tests.conftest import NOON


@task()
def note(key: str) -> None:
    """Leave one mark, whatever the number of times it runs."""
    import time

    Submission.objects.get_or_create(scope="faults", owner="job", key=key, defaults={"created_at": NOON})
    time.sleep(0.01)
