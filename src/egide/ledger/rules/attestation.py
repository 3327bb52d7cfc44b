"""A statement we signed, with the proof that what it speaks of is in the ledger: one text that anyone can check.

Form: a C2SP signed note whose second line is canonical JSON; then the proof: the path of RFC 6962 hashes and the signed
head it leads to. The signed words name the leaf, its place and the head, so nothing of the proof can be exchanged or
taken away; the text is written again from what was read, so no letter can change unseen.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from egide.ledger.rules import notes
from egide.ledger.rules.canonical import canonical
from egide.ledger.rules.merkle import is_included

PROOF = "egide ledger proof 1"
PENDING = "not yet sequenced"
#: Parts of an attestation, as `Altered` names them.
WORDS, PATH, HEAD, FORM = "words", "path", "head", "form"


class Altered(ValueError):
    """Some part is not what was signed here; the argument names it: one of `WORDS`, `PATH`, `HEAD`, `FORM`."""


@dataclass(frozen=True)
class Proof:
    """Where a leaf is, and the path from it to a signed head."""

    index: int
    path: tuple[bytes, ...]
    head: str


@dataclass(frozen=True)
class Attestation:
    """What was read: the title, what it says, and whether it was in the tree."""

    title: str
    said: Mapping[str, Any]
    proof: Proof | None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def write(
    *, title: str, said: Mapping[str, Any], leaf: bytes, proof: Proof | None, origin: str, seed: bytes
) -> str:
    """Answer the whole text.

    Args:
        said: codes, numbers and identifiers.
        leaf: the hash of the entry it speaks of.
        proof: None while the entry has no place in the tree.
    """
    place: dict[str, Any] = {"leaf": _b64(leaf), "state": "not-yet-sequenced"}
    if proof is not None:
        head = notes.read(proof.head, notes.public_bytes(seed))
        place = {"leaf": _b64(leaf), "index": proof.index, "size": head.size, "root": _b64(head.root)}
    note = notes.sign_text(f"{title}\n{canonical({**said, 'ledger': place})}\n", origin=origin, seed=seed)
    return note + "\n" + _proof_text(proof)


def _proof_text(proof: Proof | None) -> str:
    if proof is None:
        return f"{PROOF}\n{PENDING}\n"
    steps = "".join(f"path {_b64(step)}\n" for step in proof.path)
    return f"{PROOF}\nindex {proof.index}\n{steps}head\n{proof.head}"


def read(document: str, *, origin: str, public: bytes) -> Attestation:
    """Answer what an attestation says, if every part of it was signed by this key and fits the others.

    Raises:
        Altered: naming the part.
    """
    note, separator, rest = document.partition(f"\n{PROOF}\n")
    if not separator:
        raise Altered(FORM)
    try:
        text = notes.read_text(note, origin=origin, public=public)
    except notes.NotSigned as error:
        raise Altered(WORDS) from error
    lines = text.splitlines()
    if len(lines) != 2 or not _is_signed_once(note):
        raise Altered(FORM)
    said = json.loads(lines[1])
    place = said.get("ledger", {})
    proof = None if rest == f"{PENDING}\n" else _read_proof(rest, place, origin=origin, public=public)
    if (proof is None) != ("state" in place):
        raise Altered(PATH)
    if document != f"{note}\n{_proof_text(proof)}":
        raise Altered(FORM)
    return Attestation(lines[0], said, proof)


def _read_proof(rest: str, place: Mapping[str, Any], *, origin: str, public: bytes) -> Proof:
    steps, separator, head_note = rest.partition("head\n")
    index_line, *path_lines = steps.splitlines() or [""]
    if not separator or not all(line.startswith("path ") for line in path_lines):
        raise Altered(FORM)
    try:
        head = notes.read(head_note, public)
    except notes.NotSigned as error:
        raise Altered(HEAD) from error
    if head.origin != origin or not _is_signed_once(head_note):
        raise Altered(HEAD)
    if (head.size, _b64(head.root)) != (place.get("size"), place.get("root")):
        raise Altered(HEAD)
    if index_line != f"index {place.get('index')}":
        raise Altered(PATH)
    path = _hashes(path_lines)
    leaf = base64.b64decode(str(place.get("leaf", "")))
    if not is_included(leaf, int(place["index"]), head.size, path, head.root):
        raise Altered(PATH)
    return Proof(int(place["index"]), tuple(path), head_note)


def _is_signed_once(note: str) -> bool:
    """One signature and the end of its line: a note may bear others' too, which nobody signed as a whole."""
    return note.endswith("\n") and note.partition("\n\n")[2].count("\n") == 1


def _hashes(lines: Sequence[str]) -> list[bytes]:
    try:
        return [base64.b64decode(line[len("path ") :], validate=True) for line in lines]
    except binascii.Error as error:
        raise Altered(PATH) from error


def key_of(text: str) -> tuple[str, bytes]:
    """Answer the origin and the public key of a line as `/ledger/key` gives it: `origin+hash+base64`.

    Raises:
        ValueError: it is no such line, or its hash does not fit its key.
    """
    # A base64 key may itself hold `+`: only the first two separate.
    origin, separator, rest = text.strip().partition("+")
    named, _plus, encoded = rest.partition("+")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("not a key") from error
    public = blob[len(notes.ALGORITHM) :]
    if not separator or blob[:1] != notes.ALGORITHM or notes.key_hash(origin, public).hex() != named:
        raise ValueError("not a key")
    return origin, public
