"""A model checker for small lock-free protocols under C11's release/acquire rules.

A thread is a generator that yields operations and receives values:

    value = yield load("x", ACQUIRE)
    yield store("x", 1, RELEASE)
    old = yield rmw("x", lambda v: v + 1)
    yield die()                      # the thread may end here, or go on

The memory is a list of messages per location in modification order, each with the view
(the newest message of every location) that an acquiring reader takes over; a thread may
read any message that its own view does not rule out. That is the view-based operational
semantics of release/acquire (Kang et al., "A Promising Semantics for Relaxed-Memory
Concurrency", POPL 2017, without promises: loads are not reordered after later stores).

`explore` runs every interleaving and every choice of message by depth-first search over
the sequence of choices, re-running the programs from the start for each.
"""

RELAXED, ACQUIRE, RELEASE, ACQ_REL = "relaxed", "acquire", "release", "acq_rel"


def load(where, order=RELAXED):
    return ("load", where, order)


def store(where, value, order=RELAXED):
    return ("store", where, value, order)


def rmw(where, function, order=ACQ_REL):
    """Reads the newest message and adds one behind it; the answer is the old value."""
    return ("rmw", where, function, order)


def die(lock=None, holder=None):
    """The thread may die here; the kernel then drops `lock` if it has the value `holder`, and
    whoever acquires it sees what the dead one did."""
    return ("die", lock, holder)


class _Choices:
    """A path through the tree of choices; `advance` moves on to the next path."""

    def __init__(self):
        self.path = []
        self.position = 0

    def pick(self, n):
        if n == 1:
            return 0
        if self.position == len(self.path):
            self.path.append([0, n])
        choice = self.path[self.position][0]
        self.position += 1
        return choice

    def advance(self):
        while self.path and self.path[-1][0] + 1 == self.path[-1][1]:
            self.path.pop()
        if not self.path:
            return False
        self.path[-1][0] += 1
        self.position = 0
        return True


class _Memory:
    def __init__(self, initial, choices):
        self.messages = {where: [(value, {})] for where, value in initial.items()}
        self.choices = choices

    @staticmethod
    def _join(view, other):
        for where, at in other.items():
            if at > view.get(where, 0):
                view[where] = at

    def load(self, view, where, order):
        messages = self.messages[where]
        first = view.get(where, 0)
        at = first + self.choices.pick(len(messages) - first)
        value, carried = messages[at]
        view[where] = at
        if order in (ACQUIRE, ACQ_REL):
            self._join(view, carried)
        return value

    def store(self, view, where, value, order):
        messages = self.messages[where]
        view[where] = len(messages)
        carried = dict(view) if order in (RELEASE, ACQ_REL) else {where: len(messages)}
        messages.append((value, carried))

    def rmw(self, view, where, function, order):
        messages = self.messages[where]
        old, carried = messages[-1]
        view[where] = len(messages) - 1
        if order in (ACQUIRE, ACQ_REL):
            self._join(view, carried)
        new = function(old)
        if new is not None:
            self.store(view, where, new, order)
        return old

    def newest(self, where):
        return self.messages[where][-1][0]


def _run(programs, initial, choices):
    memory = _Memory(initial, choices)
    threads = []
    for program in programs:
        generator = program()
        threads.append([generator, {}, next(generator)])
    while threads:
        index = choices.pick(len(threads))
        thread = threads[index]
        generator, view, operation = thread
        answer = None
        if operation[0] == "load":
            answer = memory.load(view, operation[1], operation[2])
        elif operation[0] == "store":
            memory.store(view, operation[1], operation[2], operation[3])
        elif operation[0] == "rmw":
            answer = memory.rmw(view, operation[1], operation[2], operation[3])
        elif operation[0] == "die" and choices.pick(2) == 1:
            if operation[1] is not None and memory.newest(operation[1]) == operation[2]:
                memory.rmw(view, operation[1], lambda _: 0, ACQ_REL)
            generator.close()
            del threads[index]
            continue
        try:
            thread[2] = generator.send(answer)
        except StopIteration:
            del threads[index]
    return memory


def explore(setup, limit=2_000_000):
    """setup() -> (initial values, programs, check); check(memory) must not raise after any run.
    Returns the number of runs."""
    choices = _Choices()
    runs = 0
    while True:
        initial, programs, check = setup()
        check(_run(programs, initial, choices))
        runs += 1
        assert runs <= limit, "the model is too large to explore"
        if not choices.advance():
            return runs
