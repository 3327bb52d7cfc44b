"""A database field for sealed values. What comes out of the database prints nothing."""

from typing import Any, NoReturn

from django.db import models


class Sealed:
    """A sealed value: its ciphertext, which says nothing. It cannot be printed, serialised or pickled."""

    __slots__ = ("ciphertext",)

    def __init__(self, ciphertext: bytes) -> None:
        self.ciphertext = bytes(ciphertext)

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "<sealed>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.ciphertext == self.ciphertext

    def __hash__(self) -> int:
        return hash(self.ciphertext)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealed value is not serialised")

    def __deepcopy__(self, memo: object) -> "Sealed":
        return self


def ciphertext_of(value: "Sealed | bytes | memoryview | None") -> bytes:
    """Answer the ciphertext of a field's value, whether just assigned or read from the database."""
    if isinstance(value, Sealed):
        return value.ciphertext
    return bytes(value or b"")


class SealedField(models.BinaryField):
    """Holds a sealed value. It can be written and moved; only `sharing` can have it opened."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        raw = value.ciphertext if isinstance(value, Sealed) else value
        return super().get_db_prep_value(raw, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return Sealed(bytes(value)) if isinstance(value, bytes | memoryview) else value

    def value_to_string(self, obj: models.Model) -> str:
        return "<sealed>"

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "egide.vault.fields.SealedField", args, kwargs
