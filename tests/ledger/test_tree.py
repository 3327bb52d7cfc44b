"""The tree, its proofs and its notes, against the RFC's own vectors and by property."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.ledger.rules import canonical, merkle, notes

#: RFC 6962 test vectors (the Certificate Transparency reference implementation): leaves and roots.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def subtree(hashes):
    return lambda start, end: merkle.root_of(hashes[start:end])


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS, start=1)))
def test_roots_are_those_of_the_rfc(size, root):
    tree = merkle.Frontier()
    for leaf in HASHES[:size]:
        tree.push(leaf)

    assert merkle.root_of(HASHES[:size]).hex() == root
    assert tree.root().hex() == root


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.Frontier().root() == merkle.root_of([]) == sha256(b"").digest()


@given(st.integers(1, 300), st.data())
@settings(max_examples=80, deadline=None)
def test_every_leaf_is_proved_and_no_other_is(size, data):
    hashes = [merkle.leaf_hash(str(n).encode()) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_of(hashes)

    path = merkle.inclusion_proof(index, size, subtree(hashes))

    assert merkle.is_included(hashes[index], index, size, path, root)
    assert not merkle.is_included(merkle.leaf_hash(b"other"), index, size, path, root)
    assert not merkle.is_included(hashes[index], index, size, [*path, root], root)
    if size > 1:
        assert not merkle.is_included(hashes[index], (index + 1) % size, size, path, root)


@given(st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=80, deadline=None)
def test_a_smaller_tree_is_proved_to_be_the_beginning(first, second):
    old, new = sorted((first, second))
    hashes = [merkle.leaf_hash(str(n).encode()) for n in range(new)]
    roots = merkle.root_of(hashes[:old]), merkle.root_of(hashes)

    proof = merkle.consistency_proof(old, new, subtree(hashes))

    assert merkle.is_consistent(old, new, *roots, proof)
    if 0 < old < new:
        assert not merkle.is_consistent(old, new, merkle.leaf_hash(b"x"), roots[1], proof)
        assert not merkle.is_consistent(old, new, roots[0], merkle.leaf_hash(b"x"), proof)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_a_frontier_survives_being_written_down(pushes):
    tree = merkle.Frontier()
    for value in pushes:
        tree.push(merkle.leaf_hash(bytes([value])))

    again = merkle.Frontier.from_bytes(tree.size, tree.to_bytes())

    assert again.root() == tree.root()


def test_a_subtree_is_added_only_where_it_is_aligned():
    tree = merkle.Frontier()
    tree.push(HASHES[0])
    with pytest.raises(ValueError):
        tree.push_subtree(HASHES[1], 2)
    with pytest.raises(ValueError):
        merkle.Frontier(3, [b"only one"])


SEED = sha256(b"a seed for tests").digest()
HEAD = notes.Head("egide.test/ledger", 42, sha256(b"root").digest())


class TestNotes:
    def test_reads_back_what_it_signed(self):
        assert notes.read(notes.sign(HEAD, SEED), notes.public_bytes(SEED)) == HEAD

    def test_has_the_form_others_read(self):
        lines = notes.sign(HEAD, SEED).splitlines()

        assert lines[:2] == ["egide.test/ledger", "42"]
        assert base64.b64decode(lines[2]) == HEAD.root
        assert lines[3] == ""
        assert lines[4].startswith("— egide.test/ledger ")

    @pytest.mark.parametrize(
        "change",
        [
            lambda note: note.replace("\n42\n", "\n43\n"),
            lambda note: note.replace("— egide.test", "— other.test"),
            lambda note: note.rsplit("\n", 2)[0],
            lambda note: note.replace("\n\n", "\n"),
            lambda note: "",
            lambda note: "a\nb\nc\n\n— a b\n",
        ],
    )
    def test_refuses_what_was_changed(self, change):
        with pytest.raises(notes.NotSigned):
            notes.read(change(notes.sign(HEAD, SEED)), notes.public_bytes(SEED))

    def test_refuses_another_key(self):
        with pytest.raises(notes.NotSigned):
            notes.read(notes.sign(HEAD, SEED), notes.public_bytes(sha256(b"other").digest()))


class TestCanonical:
    def test_the_same_facts_make_the_same_bytes(self):
        one = canonical.canonical({"b": 1, "a": "x", "empty": "", "none": None})
        other = canonical.canonical({"a": "x", "b": 1})

        assert one == other == '{"a":"x","b":1}'

    @pytest.mark.parametrize(
        "value",
        ["a sentence", "rue Union, 12", "é", "x" * 81, 1.5, b"x", {"k": "two words"}, ["a b"], "line\n"],
    )
    def test_refuses_anything_that_could_be_a_narrative(self, value):
        with pytest.raises(canonical.NotACode):
            canonical.canonical({"details": {"note": value}})
