"""Facts that modules above may act on, in the same transaction. Each is sent with `agency_ids` and `at`."""

from django.dispatch import Signal

#: An agency takes part no more.
agency_deactivated = Signal()
#: An agreement was ended, that day or on a day to come, for every party.
agreement_terminated = Signal()
