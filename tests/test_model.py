"""The ordered protocols of the library, explored exhaustively; each with a planted bug
that the model must find, so that a green run means something.

The steps are those of the C sources, one operation each: src/base/commit.h and the slots of
src/window/window.c.
"""

import pytest
from memory_model import ACQUIRE, RELAXED, RELEASE, explore, load, store

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
