"""The four levels, from nothing to sharing."""

from enum import IntEnum


class Level(IntEnum):
    """What a reader gets of one class of information.

    NONE: nothing. FLAG: that something exists. VIEW: reading in the application, no copy.
    SHARE: in the joint plan, or exported under notice.
    """

    NONE = 0
    FLAG = 1
    VIEW = 2
    SHARE = 3
