"""Schedules of events, ticks and mishaps: every number against a model of the event list."""

import ctypes
from datetime import datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

import model_ffi as ffi
import pytest
from event_model import NEVER, Corrected, Events, Model, Settings, Tick, kept
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = ffi.needs_plain_library

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3600 * S, 86400 * S
POLICIES = [ffi.IGNORE, ffi.ALL_BAD, ffi.ALL_GOOD, ffi.FREEZE]
METHODS = [ffi.OCCURRENCES, ffi.TIMESLICES, ffi.RATIO_TIMESLICES]


def schedules(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Scenario:
    """How fine a schedule is: everything is counted in its steps.

    One tier keeps a reading at every step for the whole schedule, and ticks come at whole steps
    only, so there is one right answer to everything.
    """

    def __init__(self, step_ns, begin_ns, slice_steps, calendar, starts_ns):
        self.step_ns = step_ns
        self.begin_ns = begin_ns // step_ns * step_ns
        self.calendar = calendar
        self.starts_ns = starts_ns
        self.settings = Settings(
            gap_ns=7 * step_ns,
            jump_max_ns=120 * step_ns,
            slice_ns=slice_steps * step_ns,
            slice_objective_ppb=900000000,
        )
        self.tier = {
            "long_ns": 30 * step_ns, "short_ns": 5 * step_ns, "factor_ppm": 2000000,
            "for_ns": 3 * step_ns, "keep_firing_ns": 4 * step_ns,
        }  # fmt: skip
        self.quick = {"long_ns": 12 * step_ns, "short_ns": 2 * step_ns, "factor_ppm": 4000000,
                      "severity": 1}  # fmt: skip

    # (objective_ppb, method, rolling steps or None for calendar or starts)
    OBJECTIVES = [
        (990000000, ffi.OCCURRENCES, "rolling"),
        (900000000, ffi.TIMESLICES, "calendar"),
        (950000001, ffi.RATIO_TIMESLICES, "starts"),
        (999999999, ffi.OCCURRENCES, "starts"),
    ]

    def objectives(self):
        """One of each for every SLI: (sli, objective_ppb, method, kind, tiers)."""
        for sli in range(len(POLICIES)):
            for i, (objective_ppb, method, kind) in enumerate(self.OBJECTIVES):
                tier = self.quick if i % 2 else self.tier
                yield sli, objective_ppb, method, kind, tier

    def plan(self):
        slos = []
        for i, (sli, objective_ppb, method, kind, tier) in enumerate(self.objectives()):
            unit, every = self.calendar
            slos.append(
                {
                    "name": b"slo%d" % i,
                    "sli": sli,
                    "objective_ppb": objective_ppb,
                    "period_ns": 100 * self.step_ns,
                    "method": method,
                    "tiers": [tier],
                    "calendar": ffi.Calendar(unit=unit, every=every)
                    if kind == "calendar"
                    else ffi.Calendar(),
                    "starts_ns": self.starts_ns if kind == "starts" else (),
                }
            )
        window = {
            "tiers": [(self.step_ns, 4000 * self.step_ns)],
            "jump_max_ns": self.settings.jump_max_ns,
            "gap_ns": self.settings.gap_ns,
            "slice_ns": self.settings.slice_ns,
            "slice_objective_ppb": self.settings.slice_objective_ppb,
        }
        slis = [{"name": b"sli%d" % p, "unmeasured": p} for p in POLICIES]
        return ffi.MonitorPlan(window, slis, slos)

    def period(self, kind, at_ns):
        """The calendar period around a moment."""
        starts = self.starts_ns if kind == "starts" else utc_starts(self.calendar[0], at_ns)
        return next((a, b) for a, b in zip(starts, starts[1:]) if a < at_ns <= b)


def nanoseconds(moment):
    return int(moment.timestamp()) * S


def utc_starts(unit, at_ns):
    """Of the periods around a moment."""
    day = datetime.fromtimestamp((at_ns - 1) // S, timezone.utc).replace(
        hour=0, minute=0, second=0
    )  # fmt: skip
    begins = {
        ffi.DAY: lambda d: True,
        ffi.WEEK: lambda d: d.weekday() == 0,
        ffi.MONTH: lambda d: d.day == 1,
        ffi.QUARTER: lambda d: d.day == 1 and d.month % 3 == 1,
        ffi.YEAR: lambda d: d.day == 1 and d.month == 1,
    }[unit]
    before, after = day, day + timedelta(days=1)
    while not begins(before):
        before -= timedelta(days=1)
    while not begins(after):
        after += timedelta(days=1)
    return [nanoseconds(before), nanoseconds(after)]


def zone_starts(zone, first, last, days=1):
    """Local midnights, as the zone's clock has them; a day that the place skipped has none."""
    starts, day = [], datetime(*first)
    while day <= datetime(*last):
        start = nanoseconds(day.replace(tzinfo=ZoneInfo(zone)))
        if not starts or start > starts[-1]:
            starts.append(start)
        day += timedelta(days=days)
    return starts


class Run:
    """A schedule, fed to the library and written to the log."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.plan = scenario.plan()
        self.monitor = self.plan.create()
        self.log = []
        self.now = scenario.begin_ns
        self.late = 0
        self.restarted = False
        self.anew = False
        self.standings = []
        self.cursors = [0] * len(list(scenario.objectives()))
        self.transitions = [[] for _ in self.cursors]

    def model(self):
        return Model(self.log, self.scenario.settings)

    # ---- what may happen ----

    def record(self, good, bad, excluded=0, one_by_one=False):
        for sli in range(len(POLICIES)):
            self.monitor.record(sli, (good, bad, excluded), one_by_one)
        self.log.append(Events((good, bad, excluded)))

    def record_late(self, bad):
        """They came after their slice: they count where they arrive."""
        self.record(0, bad)
        for sli in range(len(POLICIES)):
            self.monitor.record_late(sli, bad)
        self.late += bad

    def tick(self, steps, flags=0):
        now = self.now + steps * self.scenario.step_ns
        if self.restarted:
            flags |= ffi.UNMEASURED
        self.log.append(Tick(now, flags))
        readings = self.model().readings
        refused = readings[-1].last != len(self.log) - 1
        assert self.monitor.tick(now, flags) == (ffi.ECLOCK if refused else ffi.OK)
        if not refused:
            self.restarted = False
        self.now = readings[-1].at_ns
        self.note()

    def note(self):
        """What alerts say must be asked now: their ring is short."""
        alerts = []
        for i, (*_, tier) in enumerate(self.scenario.objectives()):
            alerts.append(self.monitor.alert(i, tier.get("severity", 0)))
            found, self.cursors[i] = self.monitor.transitions(i, self.cursors[i])
            self.transitions[i] += found
        self.standings.append(alerts)

    def go(self, steps, good, bad):
        for _ in range(steps):
            self.record(good, bad)
            self.tick(1)

    def pause(self, steps):
        self.tick(steps)

    def restart(self, steps):
        self.monitor.move()
        self.restarted = True
        self.tick(steps)

    def jump(self, rebase):
        """Ahead further than allowed; refused, and then perhaps accepted."""
        self.tick(121)
        if rebase:
            self.tick(121, ffi.REBASE)

    def back(self, steps):
        self.tick(-steps)

    def begin_anew(self, steps):
        self.tick(-steps, ffi.REBASE)
        self.anew = True

    def correct(self, kind, begin, length, every):
        step = self.scenario.step_ns
        sli = ffi.EVERY_SLI if every else 1
        from_ns = self.now + begin * step
        to_ns = from_ns + length * step
        self.monitor.correct(kind, from_ns, to_ns, sli)
        self.log.append(Corrected(kind, from_ns, to_ns, sli, 0))

    def void(self, which):
        made = [e for e in self.log if isinstance(e, Corrected)]
        void = {c.voids for c in made if c.kind == ffi.VOID}
        left = [s for s, c in enumerate(made) if c.kind != ffi.VOID and s not in void]
        if left:
            sequence = left[which % len(left)]
            self.monitor.correct(ffi.VOID, 0, 0, 0, sequence)
            self.log.append(Corrected(ffi.VOID, 0, 0, 0, sequence))

    # ---- what must be true ----

    def check(self, spans=(0, 1, 3, 10, 37, 100, 240, 3000)):
        model, step = self.model(), self.scenario.step_ns
        spans_ns = [span * step for span in spans]
        odd = [17 * step - 1, 17 * step + 1]
        for sli, policy in enumerate(POLICIES):
            assert self.monitor.summary(sli) == model.summary()
            got = self.monitor.read(sli, spans_ns + odd)
            assert got == [model.window(policy, span) for span in spans_ns + odd]
            moments = sorted({model.times[0], max(self.now - 60 * step, 0), self.now - 11 * step,
                              self.now - step // 2, self.now, self.now + 5 * step})  # fmt: skip
            for i, from_ns in enumerate(moments):
                for to_ns in moments[i:]:
                    self.check_between(model, sli, policy, from_ns, to_ns)
        for i, (sli, objective_ppb, method, kind, _) in enumerate(self.scenario.objectives()):
            self.check_objective(model, i, sli, objective_ppb, method, kind)

    def check_between(self, model, sli, policy, from_ns, to_ns):
        assert self.monitor.delta(sli, from_ns, to_ns) == model.between(policy, from_ns, to_ns)
        got = self.monitor.delta(sli, from_ns, to_ns, corrected=True)
        assert got == model.between(policy, from_ns, to_ns, sli)
        i, j = model.at_or_before(from_ns), model.at_or_before(to_ns)
        for sequence in range(len(model.corrections)):
            want = model.effect(sli, sequence, i, j)
            if want is None:
                with pytest.raises(ffi.Refused) as refused:
                    self.monitor.effect(sli, sequence, from_ns, to_ns)
                assert refused.value.status == ffi.ENODATA
            else:
                assert self.monitor.effect(sli, sequence, from_ns, to_ns) == want

    def check_objective(self, model, i, sli, objective_ppb, method, kind):
        policy, step = POLICIES[sli], self.scenario.step_ns
        if kind == "rolling":
            which = {"period_ns": 100 * step, "period": (0, 0)}
            period = (self.now - 100 * step, self.now)
        else:
            period = self.scenario.period(kind, self.now)
            which = {"period_ns": 0, "period": period}
        want = model.budget(method, objective_ppb, policy, sli, **which)
        status = ffi.OK if want["valid"] else ffi.ENODATA
        config = self.monitor.budget_config(i)
        got = self.monitor.budget(sli, config)
        assert got[0] == status
        assert got[1] == want
        standing_status, standing = self.monitor.standing(i)
        assert standing_status == status
        assert standing["budget"] == want
        assert standing["period"] == {"start_ns": period[0], "end_ns": period[1]}
        assert standing["at_ns"] == self.now
        assert (standing["late"], standing["unknown"]) == (self.late, 0)
        counted = model.total[model.readings[-1].last + 1]
        assert tuple(standing["total"].values()) == counted
        if status == ffi.OK:
            for incident in ((self.now - 20 * step, self.now - 3 * step), (0, self.now)):
                got = self.monitor.cost(sli, config, *incident)
                want = model.cost(method, objective_ppb, policy, sli, *incident, **which)
                assert got == want
            for n in (1, 7):
                got = self.monitor.burndown(sli, config, n)
                assert got == model.burndown(n, method, objective_ppb, policy, sli, **which)

    def check_alerts(self):
        """At the end, all of them from the beginning."""
        steps = list(self.model().alert_steps())
        for i, (sli, objective_ppb, _, _, tier) in enumerate(self.scenario.objectives()):
            status, transitions = Model.alert(steps, tier, objective_ppb, POLICIES[sli], sli)
            assert self.transitions[i] == transitions
            assert self.monitor.alert(i, tier.get("severity", 0)) == status


FEW = st.integers(0, 12)
SOME = st.integers(1, 30)
OPERATIONS = st.one_of(
    st.tuples(st.just("record"), FEW, FEW, FEW, st.just(True)),
    st.tuples(st.just("record"), st.integers(0, 10**6), st.integers(0, 5000), FEW),
    st.tuples(st.just("go"), st.integers(1, 12), st.integers(0, 40), st.sampled_from([0, 0, 1, 9])),
    st.tuples(st.just("go"), st.integers(1, 12), st.integers(0, 40), st.sampled_from([0, 0, 1, 9])),
    st.tuples(st.just("tick"), st.integers(0, 6)),
    st.tuples(st.just("pause"), st.one_of(st.sampled_from([7, 8]), st.integers(9, 120))),
    st.tuples(st.just("restart"), st.sampled_from([0, 1, 2, 9, 10, 11, 25, 60, 120])),
    st.tuples(st.just("jump"), st.booleans()),
    st.tuples(st.just("back"), SOME),
    st.tuples(st.just("record_late"), SOME),
    st.tuples(
        *(st.just("correct"), st.sampled_from([ffi.REMOVE, ffi.SET_GOOD])),
        *(st.integers(-40, 30), SOME, st.booleans()),
    ),
    st.tuples(  # near enough to overlap
        *(st.just("correct"), st.sampled_from([ffi.REMOVE, ffi.SET_GOOD])),
        *(st.integers(-15, 5), st.integers(5, 30), st.just(True)),
    ),
    st.tuples(st.just("void"), FEW),
)


SECONDS = Scenario(
    S, nanoseconds(datetime(2024, 2, 29, 23, 50, tzinfo=timezone.utc)), 10, (ffi.DAY, 1),
    zone_starts("Asia/Kathmandu", (2024, 2, 27), (2024, 3, 5)),
)  # fmt: skip


def quarter_hours(zone, change, calendar, days=1):
    """From shortly before a clock's change on."""
    change = datetime(*change)
    first, last = change - timedelta(days=40), change + timedelta(days=60)
    begin_ns = nanoseconds(change.replace(tzinfo=timezone.utc) - timedelta(hours=20))
    starts = zone_starts(zone, first.timetuple()[:3], last.timetuple()[:3], days)
    return Scenario(15 * MINUTE, begin_ns, 8, calendar, starts)


PLACES = {
    "Berlin puts its clock forward": quarter_hours("Europe/Berlin", (2024, 3, 31), (ffi.WEEK, 1)),
    "and back": quarter_hours("Europe/Berlin", (2024, 10, 27), (ffi.DAY, 1), 7),
    "Kathmandu is a quarter off": quarter_hours("Asia/Kathmandu", (1986, 1, 1), (ffi.YEAR, 1)),
    "half an hour": quarter_hours("Australia/Lord_Howe", (2024, 4, 7), (ffi.QUARTER, 1)),
    "Apia skips a day": quarter_hours("Pacific/Apia", (2011, 12, 30), (ffi.MONTH, 1)),
}


def play(scenario, operations):
    run = Run(scenario)
    run.tick(0)
    for name, *arguments in operations:
        getattr(run, name)(*arguments)
    run.check()
    run.check_alerts()
    return run


@schedules(120)
@given(st.lists(OPERATIONS, max_size=14))
def test_seconds(operations):
    play(SECONDS, operations)


@pytest.mark.parametrize("place", PLACES)
@schedules(25)
@given(st.lists(OPERATIONS, min_size=3, max_size=12))
def test_places(place, operations):
    play(PLACES[place], operations)


@schedules(25)
@given(
    st.lists(OPERATIONS, max_size=6),
    st.lists(st.tuples(st.just("begin_anew"), SOME), min_size=1, max_size=2),
    st.lists(OPERATIONS, max_size=6),
)
def test_begun_anew(before, anew, after):
    play(SECONDS, before + anew + after)


# ---- where not every reading is kept ----


class Named(Run):
    """Answers about the readings that they name themselves; which those may be is the promise."""

    def __init__(self, tiers, settings, begin_ns, slos=(), corrections=0, pins=64):
        self.tiers = tiers
        self.settings = settings
        window = {
            "tiers": tiers,
            "gap_ns": settings.gap_ns,
            "jump_max_ns": settings.jump_max_ns,
            "slice_ns": settings.slice_ns,
            "slice_objective_ppb": settings.slice_objective_ppb,
            "pins": pins,
        }
        slis = [{"name": b"sli%d" % p, "unmeasured": p} for p in POLICIES]
        self.plan = ffi.MonitorPlan(window, slis, slos, corrections)
        self.monitor = self.plan.create()
        self.log = []
        self.now = begin_ns

    def tick(self, now_ns, flags=0):
        assert self.monitor.tick(now_ns, flags) == ffi.OK
        self.log.append(Tick(now_ns, flags))
        self.now = now_ns

    def model(self):
        return Model(self.log, self.settings)

    def check_named(self, model, sli, got, asked_ns, to_ns, corrected=None):
        """Everything but the choice of from_ns, which is returned, follows from the events."""
        i, j = (model.times.index(got[edge]) for edge in ("from_ns", "to_ns"))
        assert to_ns is None or got["to_ns"] == to_ns
        short = got["from_ns"] > asked_ns
        beyond_ns = max(asked_ns - got["from_ns"], 0) if i < j else 0
        want = model.delta(POLICIES[sli], i, j, got["span_ns"], short, beyond_ns, corrected)
        assert got == (want if corrected is None else want[0])
        return got["from_ns"]

    def check_promise(self, model, asked_ns, from_ns):
        """Where a tier reaches: the newest of the readings that it keeps, or a newer one."""
        newest = model.times[-1]
        reaching = [step for step, span in self.tiers if newest - asked_ns <= span]
        if asked_ns < model.times[0]:
            if newest - model.times[0] <= self.tiers[-1][1]:
                assert from_ns == model.times[0]
        elif reaching:
            assert kept(model.times, reaching[0], asked_ns) <= from_ns <= asked_ns

    def check_windows(self, spans_ns):
        model = self.model()
        for sli, policy in enumerate(POLICIES):
            if policy == ffi.FREEZE:
                continue
            for got, span_ns in zip(self.monitor.read(sli, spans_ns), spans_ns):
                asked_ns = self.now - span_ns
                from_ns = self.check_named(model, sli, got, asked_ns, self.now)
                self.check_promise(model, asked_ns, from_ns)
            for from_ns in (self.now - span for span in spans_ns):
                for to_ns in (self.now, self.now - 1, (from_ns + self.now) // 2):
                    if 0 <= from_ns <= to_ns:
                        got = self.monitor.delta(sli, from_ns, to_ns)
                        self.check_promise(
                            model, from_ns, self.check_named(model, sli, got, from_ns, None)
                        )
                        if to_ns >= model.times[0]:
                            self.check_promise(model, to_ns, got["to_ns"])


DEFAULT_TIERS = [
    (5 * S, 5 * MINUTE), (30 * S, 30 * MINUTE), (MINUTE, HOUR), (2 * MINUTE, 2 * HOUR),
    (6 * MINUTE, 6 * HOUR), (24 * MINUTE, DAY), (72 * MINUTE, 3 * DAY), (144 * MINUTE, 7 * DAY),
    (12 * HOUR, 30 * DAY), (36 * HOUR, 90 * DAY),
]  # fmt: skip
SPANS = [0, 1, S, 17 * S, MINUTE, 5 * MINUTE, 11 * MINUTE, 30 * MINUTE, 47 * MINUTE, HOUR,
         100 * MINUTE, 2 * HOUR, 5 * HOUR, 6 * HOUR, 13 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY,
         7 * DAY, 20 * DAY, 30 * DAY, 77 * DAY, 90 * DAY, 200 * DAY]  # fmt: skip


def defaults_settings(gap_ns=MINUTE):
    return Settings(gap_ns, 90 * DAY, 5 * MINUTE, 990000000)


def ticks_of_all_kinds(run, random, n, typical_ns):
    run.tick(run.now)
    for _ in range(n):
        run.record(random.randrange(50), random.choice([0, 0, 0, 1, 5]), random.randrange(3))
        kind = random.randrange(100)
        if kind < 70:  # on time, more or less
            after = typical_ns + random.randrange(typical_ns // 10)
        elif kind < 95:
            after = random.randrange(1, 3 * typical_ns)
        else:
            after = random.randrange(200 * typical_ns)
        run.tick(run.now + after, ffi.UNMEASURED if kind in (70, 98) else 0)


@pytest.mark.parametrize("typical_ns", [S, 10 * S, MINUTE, HOUR, 5 * HOUR])
def test_default_tiers(typical_ns):
    random = Random(typical_ns)
    for _ in range(3):
        begin_ns = 1700000000 * S + random.randrange(DAY)
        run = Named(DEFAULT_TIERS, defaults_settings(), begin_ns)
        ticks_of_all_kinds(run, random, random.randrange(100, 500), typical_ns)
        run.check_windows(SPANS)


@pytest.mark.parametrize("step_ns, span_ns", [(S, HOUR), (7 * S, 11 * HOUR), (10**6, MINUTE)])
def test_ticks_between_steps(step_ns, span_ns):
    random = Random(step_ns)
    run = Named([(step_ns, span_ns)], defaults_settings(), 1700000000 * S)
    ticks_of_all_kinds(run, random, 200, max(step_ns // 3, 10))
    model = run.model()
    for _ in range(300):
        span = random.randrange(min(span_ns, run.now - model.times[0]))
        got = run.monitor.read(0, [span])[0]
        run.check_promise(model, run.now - span, got["from_ns"])
        run.check_named(model, 0, got, run.now - span, run.now)


def test_a_year_from_pinned_readings():
    """Calendar years, quarters and corrections known in advance are exact by the default tiers,
    which keep 90 days in steps of 36 hours."""
    random = Random(5)
    year = [nanoseconds(datetime(y, 1, 1, tzinfo=timezone.utc)) for y in (2023, 2024, 2025)]
    apia = zone_starts("Pacific/Apia", (2023, 7, 1), (2025, 7, 1), 181)
    slos = [
        {"name": b"%d" % i, "sli": i % 4, "objective_ppb": 990000000, "method": i % 3, **period}
        for i, period in enumerate(
            [
                {"period_ns": 365 * DAY, "calendar": ffi.Calendar(unit=ffi.YEAR)},
                {"period_ns": 365 * DAY, "calendar": ffi.Calendar(unit=ffi.YEAR)},
                {"period_ns": 91 * DAY, "calendar": ffi.Calendar(unit=ffi.QUARTER)},
                {"period_ns": 181 * DAY, "starts_ns": apia},
                {"period_ns": 7 * DAY, "calendar": ffi.Calendar(unit=ffi.WEEK)},
            ]
        )
    ]
    settings = Settings(2 * HOUR, 90 * DAY, HOUR, 990000000)
    run = Named(DEFAULT_TIERS, settings, year[0] + 300 * DAY + 12345, slos, pins=200)
    run.tick(run.now)
    planned = sorted(run.now + random.randrange(1, 500 * DAY) for _ in range(24))
    for i, (from_ns, to_ns) in enumerate(zip(planned, planned[3:])):
        kind, sli = i % 2, random.choice([0, 1, 2, 3, ffi.EVERY_SLI])
        run.monitor.correct(kind, from_ns, to_ns, sli)
        run.log.append(Corrected(kind, from_ns, to_ns, sli, 0))
    checked = 0
    while run.now < year[2] + 40 * DAY:
        run.record(random.randrange(1, 500), random.choice([0, 0, 1, 2, 30]))
        outage = random.randrange(150) == 0
        run.tick(
            run.now + random.randrange(1, 3 * DAY if outage else 3 * HOUR),
            ffi.UNMEASURED * outage,
        )
        if random.randrange(200):
            continue
        checked += 1
        model = run.model()
        for i, slo in enumerate(slos):
            starts = slo.get("starts_ns") or utc_starts(slo["calendar"].unit, run.now)
            period = next((a, b) for a, b in zip(starts, starts[1:]) if a < run.now <= b)
            policy = POLICIES[slo["sli"]]
            which = {"period_ns": 0, "period": period}
            want = model.budget(i % 3, 990000000, policy, slo["sli"], **which)
            status = ffi.OK if want["valid"] else ffi.ENODATA
            assert run.monitor.budget(slo["sli"], run.monitor.budget_config(i)) == (status, want)
    assert checked > 20


# ---- one question at a time ----


def check_exhaustion(model, got, want, method, objective_ppb, which):
    del want["exhaustion_ns"]
    exhaustion_ns = got.pop("exhaustion_ns")
    budget = model.budget(method, objective_ppb, 0, 0, **which)
    if budget["bad"] == 0 and want["burn_ppm"] == 0:
        assert exhaustion_ns == NEVER
    elif budget["remaining_ppm"] >= 0:
        assert exhaustion_ns > 0


@pytest.mark.parametrize("kind", ["rolling", "calendar", "starts"])
@pytest.mark.parametrize("good, bad", [(99, 1), (98, 2), (1000, 7), (0, 3), (12, 0), (1, 9)])
def test_forecast_at_a_constant_rate(kind, good, bad):
    step = S
    run = Run(SECONDS)
    run.monitor.tick(run.now, 0)
    run.log.append(Tick(run.now, 0))
    for _ in range(160):
        run.record(good, bad)
        run.now += step
        assert run.monitor.tick(run.now, 0) == ffi.OK
        run.log.append(Tick(run.now, 0))
    model = run.model()
    period = (0, 0) if kind == "rolling" else SECONDS.period(kind, run.now)
    for period_ns in (50, 100, 160, 600) if kind == "rolling" else (0,):
        which = {"period_ns": period_ns * step, "period": period}
        for method in METHODS:
            for objective_ppb in (1, 900000000, 990000000, 999999999):
                config = run.monitor.config(0, method, objective_ppb, **which)
                for lookback in (10, 60, 160):
                    for horizon in (0, 1, 30, 59, 600, 86400):
                        asked = lookback * step, horizon * step
                        got = run.monitor.forecast(0, config, *asked)
                        ask = (*asked, method, objective_ppb, 0, 0)
                        want, whole = model.forecast(*ask, **which)
                        if kind != "rolling":  # by the traffic of the whole period
                            check_exhaustion(model, got, want, method, objective_ppb, which)
                        if not whole:  # parts of an event are rounded away
                            for name in ("remaining_ppm", "violated"):
                                del got[name], want[name]
                        assert got == want


@pytest.mark.parametrize("up, down, n", [(1, 1, 80), (1, 100, 120), (3, 50, 60), (30, 1, 40)])
def test_frozen_clock(up, down, n):
    """The last W of measured time, however little of all time that is."""
    run = Named([(S, 20000 * S)], defaults_settings(), 1700000000 * S)
    run.tick(run.now)
    for _ in range(n):
        for _ in range(up):
            run.record(3, 1)
            run.tick(run.now + S)
        run.tick(run.now + down * S, ffi.UNMEASURED)
    model = run.model()
    spans = [span * S for span in range(0, up * n + 3, max(up * n // 60, 1))]
    assert run.monitor.read(ffi.FREEZE, spans) == [model.window(ffi.FREEZE, w) for w in spans]


def test_struct_sizes():
    """A struct of ours is as long as the library's: no more of it is written, no less is read."""
    run = Run(SECONDS)
    run.tick(0)
    run.go(12, 9, 1)
    lib, place, window = ffi.slo(), run.monitor.place, run.monitor.window(0)
    budget = run.monitor.budget_config(0)
    spans = (ffi.i64 * 1)(5 * S)
    answers = {
        ffi.Delta: lambda at: lib.slo_window_read(window, spans, 1, at),
        ffi.WindowSummary: lambda at: lib.slo_window_summarize(window, at),
        ffi.Budget: lambda at: lib.slo_budget_read(window, ffi.ref(budget), at),
        ffi.Forecast: lambda at: lib.slo_budget_forecast(window, ffi.ref(budget), S, S, at),
        ffi.BudgetConfig: lambda at: lib.slo_monitor_budget(place, 0, at),
        ffi.Standing: lambda at: lib.slo_monitor_read(place, 0, at),
        ffi.AlertStatus: lambda at: lib.slo_alert_read(lib.slo_monitor_alert(place, 0), 0, at),
    }
    for kind, answer in answers.items():
        size = ctypes.sizeof(kind)
        written = []
        for pattern in (0x55, 0xAA):
            longer = (ctypes.c_uint8 * (size + 64))(*[pattern] * (size + 64))
            ffi.u32.from_buffer(longer).value = size + 64
            assert answer(longer) == ffi.OK, kind
            assert list(longer[size:]) == [pattern] * 64, kind
            written.append(bytes(longer[4:size]))
        assert written[0] == written[1], kind  # all of it was written
    for pad in (b"\0" * 8, b"\1" + b"\0" * 7):  # a longer one may end in zeros only
        longer = (ctypes.c_uint8 * (ctypes.sizeof(budget) + 8)).from_buffer_copy(
            bytes(budget) + pad
        )
        ffi.u32.from_buffer(longer).value = len(longer)
        answer = ffi.Budget()
        status = lib.slo_budget_read(window, longer, ffi.ref(answer))
        assert status == (ffi.EVERSION if any(pad) else ffi.OK)
