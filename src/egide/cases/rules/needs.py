"""What a person needs to be reached, heard and helped: under which category each need is kept, and its task.

Source: domain/frameworks.md f.1 (needs that services meet badly: S, V1); which category holds which need follows
domain/information-sharing.md §2. Which need makes which task, and within what time, is the protocol's.
"""

from dataclasses import dataclass

from egide.cases.rules.protocol_parts import Interval

#: Each need, and the category it is kept under: a disability or a status is read by fewer people than a language.
NEEDS = {
    "interpreter": "identity.core",
    "sign_language": "identity.protected",
    "disability": "identity.protected",
    "age": "identity.core",
    "refugee": "identity.immigration",
    "substance": "health.substance-use",
}
#: What a need may make somebody do: codes of `TaskWords`.
NEED_TASKS = (
    "book_interpreter",
    "book_sign",
    "arrange_access",
    "support_age",
    "advise_status",
    "support_use",
)
#: Who may speak for the person, in the order they are offered. A child never: it is not here.
INTERPRETERS = ("professional", "by_phone", "trained", "colleague", "relative")


@dataclass(frozen=True)
class NeedRule:
    """What one need makes: a task, within a time; before anybody reaches the person, or not."""

    task: str
    within: Interval
    before_contact: bool = False
