"""What this process may use: set before anything of the file is read."""

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

#: Address space, in bytes: a picture of 50 million pixels decoded and turned takes less than half.
MEMORY = 1024 * 1024 * 1024
#: Seconds of processor.
SECONDS = 20
_NO_NEW_PRIVILEGES = 38
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def confine() -> None:
    """Give up what is not needed: files, other processes, memory, time; and the network where Linux lets us."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
    ):
        _soft, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.unshare(_NEW_USER | _NEW_NETWORK)  # refused on some hosts; the other walls stand
    see_only(_needed())


def _needed() -> Iterable[Path]:
    """The folders of the libraries, ours, Python's and the system's; and chance. No data, no key, no socket is there."""
    own = Path(__file__).resolve().parents[1]
    system = map(Path, ("/usr", "/lib", "/lib64", "/dev/urandom"))
    return (own, Path(sys.prefix), Path(sys.base_prefix), *system)


#: Landlock's system calls have the same numbers on every machine. Source: Linux, landlock(7).
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_RUN, _READ, _LIST = 1 << 0, 1 << 2, 1 << 3


def see_only(places: Iterable[Path]) -> bool:
    """Keep every file of the machine but those of some places out of reach, where Linux can (Landlock, 5.13).

    Nothing may be written anywhere; nor, where it is newer, a connection made, or another process signalled.
    Answers whether it could.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    files = (1 << 13) - 1 | (version >= 2) << 13 | (version >= 3) << 14 | (version >= 5) << 15
    asked = struct.pack("=QQQ", files, 3, 3)[: 8 + 8 * (version >= 4) + 8 * (version >= 6)]
    rules = libc.syscall(_CREATE, asked, ctypes.c_size_t(len(asked)), 0)
    if rules < 0:
        return False
    for path in places:
        if path.exists():
            may = _RUN | _READ | _LIST if path.is_dir() else _READ
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            libc.syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", may, place), 0)
            os.close(place)
    is_done = libc.syscall(_RESTRICT, rules, 0) == 0
    os.close(rules)
    return is_done
