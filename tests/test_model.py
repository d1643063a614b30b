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


def writers_setup(people, check_process=True, claim=True, confirm=True, release_first=True):
    """One row and openers that have the kernel's locks: (name, process, mortal, closes).

    A lock belongs to a process: it is granted again to another thread of its holder, dropped
    by any release of that process, and by its death. The steps are those of writer_claim and
    writer_close in src/record/writer.c. Each owner adds to a cell by a plain load and store. No
    add is lost: one owner writes at a time, and a new owner has seen the adds of the old one;
    and an owner that stays has its lock.
    """

    def setup():
        initial = {"slot": (0, 0), "lock": 0, "cell": 0}
        added, staying = [], []

        def acquire(process):
            return rmw("lock", lambda v: process if v in (0, process) else None)

        def opener(name, process, mortal, closes):
            def claimable(seen):
                return not check_process or seen[0] != process

            def program():
                perhaps_die = [die("lock", process)] if mortal else []
                if not claimable((yield load("slot", RELAXED))):
                    return
                if (yield acquire(process)) not in (0, process):
                    return
                seen = yield load("slot", RELAXED)
                if not claimable(seen):
                    return
                mine = (process, seen[1] + 1)
                if claim:
                    if (yield rmw("slot", lambda v: mine if v == seen else None)) != seen:
                        return
                else:
                    yield store("slot", mine, RELEASE)
                if confirm and (yield acquire(process)) not in (0, process):
                    yield rmw("slot", lambda v: (0, v[1]) if v == mine else None)
                    return
                yield from perhaps_die
                before = yield load("cell")
                added.append(name)  # counted from the store on: a death before it adds nothing
                yield store("cell", before + 1)
                yield from perhaps_die
                if not closes:
                    staying.append(process)
                    return
                if release_first:
                    yield rmw("lock", lambda v: 0 if v == process else None)
                yield rmw("slot", lambda v: (0, v[1]) if v == mine else None)
                if not release_first:
                    yield rmw("lock", lambda v: 0 if v == process else None)

            return program

        def check(memory):
            assert memory.newest("cell") == len(added), f"{added}: {memory.newest('cell')} adds"
            assert len(staying) <= 1, f"{staying}: two owners"
            for process in staying:
                assert memory.newest("lock") == process, "an owner without its lock"

        return initial, [opener(*person) for person in people], check

    return setup


#           name, process, mortal, closes
THREADS = [("a1", 1, False, True), ("a2", 1, False, False)]
PROCESSES = [("a", 1, True, True), ("b", 2, False, False)]


def test_owned_rows_lose_nothing():
    assert explore(writers_setup(THREADS)) > 500
    assert explore(writers_setup(PROCESSES)) > 300


@pytest.mark.parametrize(
    "people, planted",
    [
        (THREADS, {"check_process": False}),
        (THREADS, {"confirm": False}),
        (THREADS, {"release_first": False, "confirm": False}),
        (THREADS, {"claim": False}),
    ],
    ids=str,
)
def test_owned_rows_need_each_step(people, planted):
    with pytest.raises(AssertionError, match="adds|owner"):
        explore(writers_setup(people, **planted))
