"""The ordered protocols of the library, explored exhaustively; each with a planted bug
that the model must find, so that a green run means something.

The steps are those of the C sources, one operation each: src/base/commit.h, the slots of
src/window/window.c, the owners of src/record/writer.c.
"""

import pytest
from memory_model import ACQUIRE, RELAXED, RELEASE, die, explore, load, rmw, store

WORDS = 2


def commit_setup(commits, word_store=RELEASE, word_load=ACQUIRE, sequence_store=RELEASE):
    """An owner that commits states 1, 2, .. whose words are all equal, and a reader."""

    def setup():
        initial = {"seq": 0, **{(c, w): 0 for c in (0, 1) for w in range(WORDS)}}
        seen = []

        def owner():
            for state in range(1, commits + 1):
                following = (yield load("seq")) + 1
                for w in range(WORDS):
                    yield store((following & 1, w), state, word_store)
                yield store("seq", following, sequence_store)

        def reader():
            sequence = yield load("seq", ACQUIRE)
            words = []
            for w in range(WORDS):
                words.append((yield load((sequence & 1, w), word_load)))
            if (yield load("seq", RELAXED)) == sequence:
                seen.append((sequence, words))

        def check(memory):
            for sequence, words in seen:
                assert words == [sequence] * WORDS, f"a mix: {words} at {sequence}"

        return initial, [owner, reader], check

    return setup


def test_commit_is_whole():
    assert explore(commit_setup(3)) > 1000


@pytest.mark.parametrize(
    "planted",
    [
        {"word_store": RELAXED},
        {"word_load": RELAXED},
        {"sequence_store": RELAXED},
    ],
    ids=str,
)
def test_commit_needs_each_order(planted):
    with pytest.raises(AssertionError, match="a mix"):
        explore(commit_setup(3, **planted))


def slot_setup(word_store=RELEASE, clear_first=True):
    """A ring slot overwritten while a reader looks: mark 0, words, mark."""

    def setup():
        initial = {"mark": 1, **{w: 1 for w in range(WORDS)}}
        seen = []

        def owner():
            for reading in (2, 3):
                if clear_first:
                    yield store("mark", 0, RELEASE)
                for w in range(WORDS):
                    yield store(w, reading, word_store)
                yield store("mark", reading, RELEASE)

        def reader():
            mark = yield load("mark", ACQUIRE)
            words = []
            for w in range(WORDS):
                words.append((yield load(w, ACQUIRE)))
            if mark != 0 and (yield load("mark", RELAXED)) == mark:
                seen.append((mark, words))

        def check(memory):
            for mark, words in seen:
                assert words == [mark] * WORDS, f"a mix: {words} at {mark}"

        return initial, [owner, reader], check

    return setup


def test_slot_is_whole():
    assert explore(slot_setup()) > 1000


@pytest.mark.parametrize("planted", [{"word_store": RELAXED}, {"clear_first": False}], ids=str)
def test_slot_needs_each_step(planted):
    with pytest.raises(AssertionError, match="a mix"):
        explore(slot_setup(**planted))


def writers_setup(check_lock=True, claim=True):
    """One row, two openers with a lock that its holder's death drops, one opener without.

    Each that gets the row adds to a cell by a plain load and store, as src/record/writer.c does.
    The first may die anywhere; the kernel drops its lock then. No add is lost: one owner
    writes at a time, and a new owner has seen the adds of the old one.
    """

    def setup():
        initial = {"slot": 0, "lock": 0, "cell": 0}
        added = []

        def add(name):
            before = yield load("cell")
            added.append(name)  # counted from the store on: a death before it adds nothing
            yield store("cell", before + 1)

        def unlock(name):
            yield rmw("lock", lambda v: 0 if v == name else None)

        def locked(name, mortal):
            perhaps_die = [die("lock", name)] if mortal else []

            def program():
                if (yield rmw("lock", lambda v: name if v == 0 else None)) != 0 and check_lock:
                    return
                yield from perhaps_die
                seen = yield load("slot", RELAXED)
                if seen == 1:
                    yield from unlock(name)
                    return
                following = (seen | 1) + 1
                if claim:
                    if (yield rmw("slot", lambda v: following if v == seen else None)) != seen:
                        yield from unlock(name)
                        return
                else:
                    yield store("slot", following, RELEASE)
                yield from perhaps_die
                yield from add(name)
                yield from perhaps_die
                yield store("slot", 0, RELEASE)
                yield from unlock(name)

            return program

        def unlocked():
            if (yield rmw("slot", lambda v: 1 if v == 0 else None)) == 0:
                yield from add("unlocked")
                yield store("slot", 0, RELEASE)

        def check(memory):
            assert memory.newest("cell") == len(added), f"{added}: {memory.newest('cell')} adds"

        return initial, [locked(1, True), locked(2, False), unlocked], check

    return setup


def test_owned_rows_lose_nothing():
    assert explore(writers_setup()) > 500


@pytest.mark.parametrize("planted", [{"check_lock": False}, {"claim": False}], ids=str)
def test_owned_rows_need_lock_and_claim(planted):
    with pytest.raises(AssertionError, match="adds"):
        explore(writers_setup(**planted))
