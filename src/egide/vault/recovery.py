"""Word shares of the master key: any k of n people bring it back, fewer learn nothing (SLIP-39)."""

from collections.abc import Sequence

import shamir_mnemonic

from egide.vault.providers import LocalKeyProvider, key_id


class BadShares(ValueError):
    """The shares are too few, mistyped, or of different splits; the message says which."""


def split(provider: LocalKeyProvider, *, threshold: int, shares: int) -> list[str]:
    """Answer `shares` lists of words, any `threshold` of which make the current master key.

    Raises:
        ValueError: impossible numbers, or a rotation is under way.
    """
    if not 2 <= threshold <= shares <= 16:
        raise ValueError("give at least 2 needed, at most 16 shares, and no more needed than shares")
    if provider.is_rotating():
        raise ValueError("a rotation is not finished: finish it first, then split the new key")
    groups = shamir_mnemonic.generate_mnemonics(1, [(threshold, shares)], provider.current_master())
    return list(groups[0])


def recover(provider: LocalKeyProvider, *, mnemonics: Sequence[str], expected_id: str = "") -> str:
    """Rebuild the key file from word shares; answers the key's id.

    Args:
        expected_id: the id the records name; a key that is whole but another one is refused.
    Raises:
        BadShares: the words do not make a key, or not the expected one.
        FileExistsError: there is a key file already.
    """
    try:
        master = shamir_mnemonic.combine_mnemonics([" ".join(text.split()) for text in mnemonics])
    except (shamir_mnemonic.MnemonicError, ValueError) as error:
        raise BadShares(str(error)) from error
    if expected_id and key_id(master) != expected_id:
        raise BadShares(f"these shares make key {key_id(master)}, the records need {expected_id}")
    return provider.create(master)
