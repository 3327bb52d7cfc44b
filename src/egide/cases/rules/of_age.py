"""Who may say yes for a person, and when a minor is asked themselves. Nothing here knows at what age.

No age of majority ships: none was read at its source for any place (domain/information-sharing.md names one, marked K, for
school records). Whoever knows writes the day; only its month is kept, so that no birthday is read from it.
"""

from datetime import date, timedelta

#: Codes of `sharing.models.GIVERS`.
OF_AGE = ("self", "tribunal")
MINOR = ("minor", "guardian", "tribunal")
NOT_SAID_A_MINOR = ("self", "guardian", "tribunal")
#: Who speaks for a person only while they are a minor: it ends when they come of age.
FOR_A_MINOR = ("guardian", "tribunal")


def month_of(day: date) -> date:
    """Answer the first day of the month."""
    return day.replace(day=1)


def asked_on(of_age_from: date) -> date:
    """Answer the day by which a minor is asked what they want once of age: a month before that month. Ours (O)."""
    return month_of(of_age_from - timedelta(days=1))


def is_of_age(of_age_from: date | None, *, on: date) -> bool:
    """Say whether a person is known to be of age. Not known is not of age."""
    return of_age_from is not None and on >= of_age_from


def givers(*, is_child: bool, of_age_from: date | None, on: date) -> tuple[str, ...]:
    """Answer who may say yes for a person that day.

    A child decides alone where the law lets them (`us-vawa-release`, S), else a parent or guardian who is not said to be
    violent, or a court, for as long as they are a minor. Somebody else at risk decides themselves, unless somebody
    was given the right to.
    """
    if is_of_age(of_age_from, on=on):
        return OF_AGE
    return MINOR if is_child or of_age_from is not None else NOT_SAID_A_MINOR


def outlasts_minority(*, given_by: str, of_age_from: date | None, ends_on: date, on: date) -> bool:
    """Say whether what somebody signs for a minor would still stand once they are of age."""
    if of_age_from is None or is_of_age(of_age_from, on=on) or given_by not in FOR_A_MINOR:
        return False
    return ends_on >= of_age_from
