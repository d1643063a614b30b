"""A monitor and its windows against lists of what was done to them.

Ticks come at whole steps, so a window of W is what was counted after the newest tick at or before
W ago: no rings, no slots, no integers of fixed size.
"""

import array
import datetime

import pytest
import slo
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

STEP = 10 * slo.SECOND_NS
SPAN = slo.HOUR_NS
BEGIN = 1_767_225_600 * slo.SECOND_NS
THRESHOLD = 300_000_000
OBJECTIVE = 990_000_000
FACTOR = 5_000_000
LONG, SHORT = 10 * slo.MINUTE_NS, slo.MINUTE_NS

SLIS = [
    slo.MonitorSli(name="requests", writers=1),
    slo.MonitorSli(
        name="latency", latency=slo.HistConfig(thresholds=[THRESHOLD]), with_threshold=1
    ),
]
ALERT = slo.AlertConfig(gate=[slo.AlertGate(kind=slo.GATE_NONE)] * 2)
TIER = slo.AlertTier(long_ns=LONG, short_ns=SHORT, factor_ppm=FACTOR)
SLOS = [
    slo.MonitorSlo(
        name=sli.name, sli=i, objective_ppb=OBJECTIVE, period_ns=SPAN, tiers=[TIER], alert=ALERT
    )
    for i, sli in enumerate(SLIS)
]
WINDOW = slo.WindowConfig(tiers=[slo.WindowTier(STEP, SPAN)], jump_max_ns=SPAN, gap_ns=SPAN)
NAMES = [sli.name for sli in SLIS]
WHICH = st.sampled_from(range(len(SLIS)))
COUNT = st.integers(0, 50)


class Machine(RuleBasedStateMachine):
    """One monitor and its model."""

    @initialize()
    def begin(self):
        self.memory = bytearray(slo.Monitor.footprint(SLIS, SLOS, WINDOW) + 64)
        self.m = slo.Monitor.init(self.aligned(), SLIS, SLOS, WINDOW)
        self.total = [[0, 0, 0] for _ in SLIS]
        self.values = []
        self.ticks = []  # (time, totals)
        self.firing = [False] * len(SLIS)
        self.fired = [[] for _ in SLIS]
        self.now = BEGIN

    def aligned(self):
        view = memoryview(self.memory)
        for offset in range(0, 64, 8):
            try:
                slo.Counter.init(view[offset : offset + 4096]).close()
            except slo.InvalidArgument:
                continue
            return view[offset:]
        pytest.skip("no aligned place")

    # ---- what is done ----

    @rule(
        which=WHICH, outcome=st.sampled_from([slo.GOOD, slo.BAD, slo.EXCLUDED]), n=st.integers(1, 5)
    )
    def record(self, which, outcome, n):
        counter = self.m.counter(NAMES[which])
        for _ in range(n):
            (counter.good, counter.bad, counter.excluded)[outcome]()
        self.total[which][outcome] += n

    @rule(which=WHICH, counts=st.tuples(COUNT, COUNT, COUNT))
    def record_many(self, which, counts):
        self.m.counter(which).record_many(*counts)
        for outcome, n in enumerate(counts):
            self.total[which][outcome] += n

    @rule(values=st.lists(st.integers(0, 2**40), max_size=20), one_by_one=st.booleans())
    def latencies(self, values, one_by_one):
        hist = self.m.hist("latency")
        if one_by_one:
            for value in values:
                hist.record(value)
        else:
            hist.record_many(array.array("q", values))
        self.values += values
        within = sum(value <= THRESHOLD for value in values)
        self.total[1][slo.GOOD] += within
        self.total[1][slo.BAD] += len(values) - within

    @rule(n=st.integers(1, 20))
    def own_row(self, n):
        with self.m.counter(0).writer() as mine:
            for _ in range(n):
                mine.record(slo.BAD)
        self.total[0][slo.BAD] += n

    @rule(steps=st.integers(1, 120))
    def tick(self, steps):
        self.now += steps * STEP
        self.m.tick(self.now)
        self.ticks.append((self.now, [tuple(total) for total in self.total]))
        for which in range(len(SLIS)):
            holds = self.burns(which, LONG) and self.burns(which, SHORT)
            if holds != self.firing[which]:
                self.firing[which] = holds
                self.fired[which].append((self.now, holds))

    @precondition(lambda self: self.ticks)
    @rule()
    def tick_again(self):
        self.m.tick(self.now)
        self.ticks[-1] = (self.now, [tuple(total) for total in self.total])
        # alerts were judged by the first one

    @precondition(lambda self: self.ticks)
    @rule()
    def jump(self):
        with pytest.raises(slo.ClockJumped):
            self.m.tick(self.now + SPAN + STEP)

    @rule()
    def restart(self):
        """The same bytes elsewhere; what was open before is closed."""
        counter, old, view = self.m.counter(0), self.m, self.aligned_now()
        data = bytes(view)
        old.close()
        view.release()
        with pytest.raises(slo.Closed):
            counter.good()
        with pytest.raises(slo.Closed):
            old.tick(self.now)
        self.memory = bytearray(len(self.memory))
        view = self.aligned()
        view[: len(data)] = data
        self.m = slo.Monitor.attach(view[: len(data)])

    def aligned_now(self):
        size = slo.Monitor.footprint(SLIS, SLOS, WINDOW)
        start = self.m._at._obj  # the buffer's own bytes
        return memoryview(start).cast("B")[:size]

    # ---- what is true ----

    def window(self, which, span):
        """(counts, from) of the last span."""
        newest_at, newest = self.ticks[-1]
        before = [tick for tick in self.ticks if tick[0] <= newest_at - span]
        at, edge = before[-1] if before else self.ticks[0]
        return tuple(a - b for a, b in zip(newest[which], edge[which])), at

    def burns(self, which, span):
        (good, bad, _), _ = self.window(which, span)
        return bad * 10**15 > FACTOR * (10**9 - OBJECTIVE) * (good + bad)

    @invariant()
    def counted(self):
        if not hasattr(self, "m"):
            return
        tallies = [self.m.counter(name).read().counts for name in NAMES]
        threshold, within, beyond = self.m.hist("latency").threshold()
        assert threshold == THRESHOLD
        assert within + beyond == len(self.values)
        latency = tallies[1]
        found = [
            tallies[0],
            slo.Counts(latency.good + within, latency.bad + beyond, latency.excluded),
        ]
        assert found == [slo.Counts(*total) for total in self.total]
        if self.values:
            ranked = sorted(self.values)
            p50 = slo.Snapshot.of(self.m.hist(1)).quantile(500_000_000)
            true = ranked[(len(ranked) + 1) // 2 - 1]
            if 1000 < true < slo.HOUR_NS:
                assert true <= p50 <= true * 1.011 + 1

    @invariant()
    def windows(self):
        if not hasattr(self, "m") or not self.ticks:
            return
        spans = [STEP, SHORT, LONG, SPAN]
        for which, name in enumerate(NAMES):
            for span, delta in zip(spans, self.m.window(name).read_many(spans)):
                counts, from_ns = self.window(which, span)
                assert delta.counts == slo.Counts(*counts)
                assert (delta.from_ns, delta.to_ns) == (from_ns, self.ticks[-1][0])

    @invariant()
    def budgets(self):
        if not hasattr(self, "m") or not self.ticks:
            return
        for which, name in enumerate(NAMES):
            (good, bad, excluded), _ = self.window(which, SPAN)
            valid = good + bad
            if valid == 0:
                with pytest.raises(slo.NoData) as caught:
                    self.m.read(name)
                assert caught.value.result.budget.counts.excluded == excluded
                continue
            budget = self.m.read(name).budget
            consumed = bad * 10**15 // ((10**9 - OBJECTIVE) * valid)
            assert (budget.valid, budget.bad) == (valid, bad)
            assert budget.allowed == (10**9 - OBJECTIVE) * valid // 10**9
            assert (budget.consumed_ppm, budget.remaining_ppm) == (consumed, 10**6 - consumed)
            assert slo.burn.eval(budget.counts, OBJECTIVE) == consumed

    @invariant()
    def alerts(self):
        if not hasattr(self, "m") or not self.ticks:
            return
        for which, name in enumerate(NAMES):
            alert = self.m.alert(name)
            firing = alert.read(slo.SEVERITY_PAGE).state == slo.ALERT_FIRING
            assert firing == self.firing[which]
            told = [(t.at_ns, t.to == slo.ALERT_FIRING) for t in alert.transitions()]
            assert told == self.fired[which][-slo.ALERT_TRANSITIONS_KEPT :]

    def teardown(self):
        if hasattr(self, "m"):
            self.m.close()
            del self.memory


Machine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=datetime.timedelta(seconds=20)
)
TestMachine = Machine.TestCase
