"""Real traffic with holes: what was not measured, and what was measured without a tick.

Whole sets must give the independently computed totals, windows and budgets. Then slices are
taken out at random: what is left decides every number, and the budget of the whole set lies in
[worst, best] whenever what was taken out has no more events than the mean rate of what is left
makes of that time, rounded down.
"""

import csv
import json
from fractions import Fraction
from random import Random

import model_ffi as ffi
import pytest
from event_model import Events, Model, Settings, Tick

pytestmark = ffi.needs_plain_library

MS = 10**6
S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3600 * S, 86400 * S
POLICIES = [ffi.IGNORE, ffi.ALL_BAD, ffi.ALL_GOOD, ffi.FREEZE]
SPANS = {"5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR, "2h": 2 * HOUR, "6h": 6 * HOUR,
         "1d": DAY, "3d": 3 * DAY}  # fmt: skip
OBJECTIVES = (900000000, 990000000, 999000000)


class Slices:
    """(end of the slice, good, bad) at every whole step of a set, and its ground truth."""

    def __init__(self, step_ns, events, truth):
        """events: (time, good, bad)"""
        self.step_ns = step_ns
        self.truth = truth
        found = {}
        for at_ns, good, bad in events:
            end_ns = -(-at_ns // step_ns) * step_ns
            before = found.get(end_ns, (0, 0))
            found[end_ns] = (before[0] + good, before[1] + bad)
        self.begin_ns = min(found) - step_ns
        self.rows = [
            (end_ns, *found.get(end_ns, (0, 0)))
            for end_ns in range(min(found), max(found) + step_ns, step_ns)
        ]


def petshop(data):
    truth = json.loads((data / "petshop-low" / "ground_truth.json").read_text())
    events = {}
    with open(data / "petshop-low" / "slices.csv") as f:
        for row in csv.DictReader(f):
            requests, bad = int(row["requests"]), int(row["bad"])
            events.setdefault(row["component"], []).append(
                (int(row["ts_ms"]) * MS, requests - bad, bad)
            )
    return {
        name: Slices(5 * MINUTE, events[name], sli)
        for name, sli in truth["per_component"].items()
        if sli["total"]
    }


def log_events(path, is_bad):
    with open(path) as f:
        for row in csv.DictReader(f):
            bad = int(is_bad(row))
            yield int(row["ts_ms"]) * MS, 1 - bad, bad


def apache(data):
    folder = data / "apache-semicomplete"
    truth = json.loads((folder / "ground_truth.json").read_text())["slis"]
    rules = {
        "availability_5xx": lambda row: int(row["status"]) >= 500,
        "not_4xx_5xx": lambda row: int(row["status"]) >= 400,
    }
    return {
        name: Slices(MINUTE, log_events(folder / "events.csv", rule), truth[name])
        for name, rule in rules.items()
    }


def openstack(data):
    folder = data / "openstack-nova-api"
    truth = json.loads((folder / "ground_truth.json").read_text())["slis"]
    rules = {
        "not_4xx_5xx": lambda row: int(row["status"]) >= 400,
        "latency_le_300ms": lambda row: int(row["latency_ns"]) > 300 * MS,
        "ok_and_le_300ms": lambda row: int(row["status"]) >= 400
        or int(row["latency_ns"]) > 300 * MS,
    }
    return {
        name: Slices(MINUTE, log_events(folder / "events.csv", rule), truth[name])
        for name, rule in rules.items()
    }


SETS = [petshop, apache, openstack]


class Feed:
    """Slices through a counter, ticked at their ends; four SLIs, one for each policy."""

    def __init__(self, slices):
        self.slices = slices
        step_ns = slices.step_ns
        self.settings = Settings(step_ns, 90 * DAY, step_ns, 990000000)
        window = {
            "tiers": [(step_ns, 4 * DAY)],
            "gap_ns": self.settings.gap_ns,
            "jump_max_ns": self.settings.jump_max_ns,
            "slice_ns": step_ns,
            "slice_objective_ppb": self.settings.slice_objective_ppb,
        }
        slis = [{"name": b"policy%d" % p, "unmeasured": p} for p in POLICIES]
        self.monitor = ffi.MonitorPlan(window, slis, []).create()
        self.log = []
        self.tick(slices.begin_ns)

    def record(self, good, bad):
        for sli in range(len(POLICIES)):
            self.monitor.record(sli, (good, bad, 0))
        self.log.append(Events((good, bad, 0)))

    def tick(self, at_ns, flags=0):
        assert self.monitor.tick(at_ns, flags) == ffi.OK
        self.log.append(Tick(at_ns, flags))

    def model(self):
        return Model(self.log, self.settings)

    def whole(self):
        """The span from the first slice on, as rolling period."""
        return self.slices.rows[-1][0] - self.slices.begin_ns


@pytest.mark.parametrize("source", SETS)
def test_nothing_removed(source, data):
    for slices in source(data).values():
        feed = Feed(slices)
        first, last = slices.rows[0][0], slices.rows[-1][0]
        moments = {w["t_ms"] * MS: w["oc"] for w in slices.truth["windows_at"]}
        moments = {
            at: w for at, w in moments.items() if at % MINUTE == 0 and first <= at <= last
        }  # fmt: skip
        rows = {end_ns: (good, bad) for end_ns, good, bad in slices.rows}
        seen = 0
        for end_ns in sorted({*rows, *moments}):
            feed.record(*rows.get(end_ns, (0, 0)))
            feed.tick(end_ns)
            if end_ns in moments:
                seen += 1
                want = moments[end_ns]
                for sli in range(len(POLICIES)):
                    deltas = feed.monitor.read(sli, list(SPANS.values()))
                    for name, delta in zip(SPANS, deltas):
                        counts = delta["counts"]
                        valid = counts["good"] + counts["bad"]
                        assert (valid, counts["bad"]) == (want[name]["total"], want[name]["bad"])
                        assert delta["judged"] == counts
        assert seen == len(moments) > 0
        total, bad = slices.truth["total"], slices.truth["bad"]
        for sli in range(len(POLICIES)):
            for objective_ppb in OBJECTIVES:
                config = feed.monitor.config(sli, 0, objective_ppb, 30 * DAY)
                status, budget = feed.monitor.budget(sli, config)
                assert status == ffi.OK
                assert (budget["valid"], budget["bad"]) == (total, bad)
                spent = bad * 10**15 // ((10**9 - objective_ppb) * total)
                assert budget["consumed_ppm"] == spent
                remaining = 10**6 - spent
                assert (budget["worst_ppm"], budget["remaining_ppm"], budget["best_ppm"]) == (
                    (remaining,) * 3
                )
        for objective, want in slices.truth["budget"].items():
            objective_ppb = round(float(objective) * 10**9)
            config = feed.monitor.config(0, 0, objective_ppb, 30 * DAY)
            met = feed.monitor.budget(0, config)[1]["remaining_ppm"] >= 0
            assert met == want["met"]


def remaining_ppm(bad, valid, objective_ppb):
    return 10**6 - bad * 10**15 // ((10**9 - objective_ppb) * valid) if valid else 0


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("source", SETS)
def test_slices_removed(source, seed, data):
    inside = 0
    for name, slices in source(data).items():
        random = Random(f"{name} {seed}")
        share = random.choice([0.02, 0.1, 0.4])
        feed, missed = Feed(slices), False
        kept, gone = [], []
        removed = 0
        for end_ns, good, bad in slices.rows:
            if removed == 0 and random.random() < share / 3 and end_ns != slices.rows[-1][0]:
                removed = random.randrange(1, 6)
            if removed and end_ns != slices.rows[-1][0]:
                removed -= 1
                gone.append((good, bad))
                missed = True
                continue
            # the hole ends with the last slice that is gone: a restart, which ticks at once
            if missed:
                feed.tick(end_ns - slices.step_ns, ffi.UNMEASURED)
            missed, removed = False, 0
            feed.record(good, bad)
            feed.tick(end_ns)
            kept.append((good, bad))
        good, bad = (sum(row[i] for row in kept) for i in (0, 1))
        valid = good + bad
        gone_valid, gone_bad = (sum(g + b for g, b in gone), sum(b for _, b in gone))
        unseen = max(-(-valid * len(gone) // len(kept)), 1) if gone else 0
        model = feed.model()
        for sli, policy in enumerate(POLICIES):
            for objective_ppb in OBJECTIVES:
                config = feed.monitor.config(sli, 0, objective_ppb, feed.whole())
                status, budget = feed.monitor.budget(sli, config)
                frozen = policy == ffi.FREEZE
                not_seen = 0 if frozen else unseen
                judged_bad = bad + not_seen * (policy == ffi.ALL_BAD)
                judged_good = good + not_seen * (policy == ffi.ALL_GOOD)
                judged = judged_good + judged_bad
                assert status == (ffi.OK if judged else ffi.ENODATA)
                assert budget["measured_ns"] == len(kept) * slices.step_ns
                lost_ns = len(gone) * slices.step_ns
                assert budget["frozen_ns" if frozen else "unmeasured_ns"] == lost_ns
                assert budget["unmeasured_ns" if frozen else "frozen_ns"] == 0
                assert budget["covered_ns"] == len(kept) * slices.step_ns
                assert budget["counts"] == {"good": good, "bad": bad, "excluded": 0}
                assert (budget["good"], budget["bad"]) == (judged_good, judged_bad)
                assert budget["unseen"] == not_seen
                assert budget["remaining_ppm"] == remaining_ppm(judged_bad, judged, objective_ppb)
                everything = valid + not_seen
                best = remaining_ppm(bad, everything, objective_ppb)
                worst = remaining_ppm(bad + not_seen, everything, objective_ppb)
                assert (budget["best_ppm"], budget["worst_ppm"]) == (best, worst)
                true = remaining_ppm(bad + gone_bad, valid + gone_valid, objective_ppb)
                # bad / (valid + unseen) <= (bad + b) / (valid + n) <= (bad + unseen) / (valid +
                # unseen) for any b bad ones of n events, as long as n <= unseen
                if not frozen and valid and gone_valid <= unseen:
                    inside += 1
                    assert worst <= true <= best, name
                for method in (ffi.TIMESLICES, ffi.RATIO_TIMESLICES):
                    config = feed.monitor.config(sli, method, objective_ppb, feed.whole())
                    got = feed.monitor.budget(sli, config)[1]
                    want = model.budget(method, objective_ppb, policy, sli, feed.whole())
                    assert got == want
                    slice_rows = [row for row in kept if sum(row)]
                    if policy == ffi.IGNORE and method == ffi.TIMESLICES:
                        fine = sum(100 * g >= 99 * (g + b) for g, b in slice_rows)
                        assert (got["good"], got["bad"]) == (fine, len(slice_rows) - fine)
                    if policy == ffi.IGNORE and method == ffi.RATIO_TIMESLICES:
                        mean = sum(Fraction(b, g + b) for g, b in slice_rows)
                        assert abs(got["bad"] - mean * 10**11) <= len(slice_rows)
            got = feed.monitor.read(sli, list(SPANS.values()))
            assert got == [model.window(policy, span_ns) for span_ns in SPANS.values()]
    assert inside > 0


@pytest.mark.parametrize("every", [2, 3, 7, 50])
@pytest.mark.parametrize("source", SETS)
def test_ticks_left_out(source, every, data):
    """Only the place in time is lost; the counts are all there, and nothing is unmeasured."""
    for slices in list(source(data).values())[::4]:
        feed = Feed(slices)
        last = slices.rows[-1][0]
        for k, (end_ns, good, bad) in enumerate(slices.rows, 1):
            feed.record(good, bad)
            if k % every == 0 or end_ns == last:
                feed.tick(end_ns)
        coarse = len(slices.rows) - (len(slices.rows) % every == 1)  # the last may be on its own
        for sli in range(len(POLICIES)):
            (got,) = feed.monitor.read(sli, [feed.whole()])
            assert got["counts"]["good"] + got["counts"]["bad"] == slices.truth["total"]
            assert got["counts"]["bad"] == slices.truth["bad"]
            assert got["judged"] == got["counts"]
            assert got["measured_ns"] == got["covered_ns"] == feed.whole()
            assert got["unresolved_ns"] == coarse * slices.step_ns
            assert (got["unmeasured_ns"], got["frozen_ns"], got["flags"]) == (0, 0, 0)
