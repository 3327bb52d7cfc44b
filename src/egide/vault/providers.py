"""Where the master key lives. The port, and the local provider: one file only its owner can read."""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from django.conf import settings

from egide.vault import errors
from egide.vault.envelope import KEY_BYTES


class KeyProvider(Protocol):
    """Wraps and unwraps keys under a master key it never hands out (a file, a vault service, an HSM)."""

    def current_id(self) -> str:
        """Answer the id of the master key new keys are wrapped with."""
        ...

    def wrap(self, *keys: bytes) -> tuple[str, list[bytes]]:
        """Wrap 32-byte keys under the current master key; answers its id with them, so that both are of one moment."""
        ...

    def knows(self, master_id: str) -> bool:
        """Say whether what is wrapped under that master key can be opened now."""
        ...

    def unwrap(self, wrapped: bytes, *, master_id: str) -> bytes:
        """Unwrap a key. Raises KeyUnavailable when that master key is not here or does not fit."""
        ...


def key_id(master: bytes) -> str:
    """Answer the public name of a master key: 64 bits of a hash, which tell nothing of it."""
    return hashlib.sha256(b"egide master key id\0" + master).hexdigest()[:16]


class LocalKeyProvider:
    """Master keys in a JSON file of mode 0600; during a rotation it holds the old one and the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_at: tuple[int, int, int] | None = None
        self._keys: dict[str, bytes] = {}
        self._current = ""

    def _load(self) -> None:
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise errors.KeyUnavailable(errors.NO_KEY_FILE) from error
        if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise errors.KeyUnavailable(errors.OPEN_KEY_FILE)
        mark = (status.st_mtime_ns, status.st_ino, status.st_size)
        if mark == self._read_at:
            return
        try:
            data = json.loads(self.path.read_text(encoding="ascii"))
            keys = {name: base64.b64decode(text, validate=True) for name, text in data["keys"].items()}
            current = str(data["current"])
            whole = all(len(key) == KEY_BYTES and key_id(key) == name for name, key in keys.items())
            if not whole or current not in keys:
                raise ValueError("a key does not match its name")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise errors.KeyUnavailable(errors.BAD_KEY_FILE) from error
        self._keys, self._current, self._read_at = keys, current, mark

    def current_id(self) -> str:
        self._load()
        return self._current

    def wrap(self, *keys: bytes) -> tuple[str, list[bytes]]:
        self._load()
        master = self._keys[self._current]
        return self._current, [aes_key_wrap(master, key) for key in keys]

    def knows(self, master_id: str) -> bool:
        self._load()
        return master_id in self._keys

    def known_ids(self) -> list[str]:
        """List the master keys of the file: two while a rotation lasts, one otherwise."""
        self._load()
        return list(self._keys)

    def unwrap(self, wrapped: bytes, *, master_id: str) -> bytes:
        self._load()
        master = self._keys.get(master_id)
        if master is None:
            raise errors.KeyUnavailable(errors.WRONG_KEY)
        try:
            return aes_key_unwrap(master, bytes(wrapped))
        except (InvalidUnwrap, ValueError) as error:
            raise errors.KeyUnavailable(errors.WRONG_KEY) from error

    # -- what an administrator does, by the command line ------------------------------------------

    def create(self, master: bytes | None = None) -> str:
        """Make the key file with a new master key (or a recovered one); answers its id.

        Raises:
            FileExistsError: there is a key file already; it is never overwritten.
        """
        key = master or os.urandom(KEY_BYTES)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.exists():
            raise FileExistsError(self.path)
        self._write({key_id(key): key}, current=key_id(key))
        return key_id(key)

    def begin_rotation(self) -> str:
        """Add a new master key and make it current; the old one stays until nothing needs it."""
        self._load()
        key = os.urandom(KEY_BYTES)
        self._write({**self._keys, key_id(key): key}, current=key_id(key))
        return key_id(key)

    def end_rotation(self) -> None:
        """Forget every master key but the current one."""
        self._load()
        self._write({self._current: self._keys[self._current]}, current=self._current)

    def is_rotating(self) -> bool:
        """Say whether the file still holds an older key."""
        self._load()
        return len(self._keys) > 1

    def current_master(self) -> bytes:
        """Answer the master key itself, to be split into word shares and for nothing else."""
        self._load()
        return self._keys[self._current]

    def _write(self, keys: Mapping[str, bytes], *, current: str) -> None:
        """Replace the file in one step: a crash leaves the old one or the new one, never half of one."""
        text = json.dumps(
            {
                "what": "Egide master key. Keep it secret; keep the word shares in other hands.",
                "current": current,
                "keys": {name: base64.b64encode(key).decode() for name, key in keys.items()},
            },
            indent=1,
        )
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_providers: dict[str, LocalKeyProvider] = {}


def provider() -> LocalKeyProvider:
    """Answer this deployment's provider (settings.EGIDE_KEY_FILE), one per process and path."""
    path = str(settings.EGIDE_KEY_FILE)
    if path not in _providers:
        _providers[path] = LocalKeyProvider(Path(path))
    return _providers[path]
