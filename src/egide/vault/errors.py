"""What can go wrong with a key or a sealed value, said plainly and without the value."""

from django.utils.translation import gettext_lazy as _

from egide.common.errors import Unavailable


class KeyUnavailable(Unavailable):
    """The master key cannot be read, or is not the one these records were sealed with."""


class Damaged(Unavailable):
    """A sealed value does not open: altered, moved to another row, or cut."""


class Shredded(Unavailable):
    """The keys of this file were destroyed: nobody can read it any more."""


NO_KEY_FILE = _("The key file is missing. Run “egide init”, or recover it from the word shares.")
OPEN_KEY_FILE = _("The key file can be read by others than its owner. Set its mode to 0600.")
BAD_KEY_FILE = _("The key file is damaged. Recover it from the word shares.")
WRONG_KEY = _("The master key in use is not the one these records were sealed with.")
DAMAGED = _("A record is damaged and was not opened. The administrator has been told which one.")
SHREDDED = _("The keys of this file were destroyed at the end of its retention.")
