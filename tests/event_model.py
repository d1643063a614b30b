"""What windows, budgets and alerts must answer, from a list of what happened.

The log is the truth: events in the order in which they were counted, ticks with the time
they were given, corrections as they were written down. Every answer is computed from the
whole log with Python's integers and fractions; nothing is carried from one answer to the
next. Written from the public headers alone.
"""

import bisect
from fractions import Fraction
from typing import NamedTuple

from model_ffi import (
    ALL_BAD,
    ALL_GOOD,
    COARSE,
    EVERY_SLI,
    FIRING,
    FREEZE,
    INACTIVE,
    OCCURRENCES,
    PENDING,
    REBASE,
    REMOVE,
    SHORT,
    SNAPPED,
    TIMESLICES,
    UNMEASURED,
    VOID,
)

RATIO_ONE = 10**11
NEVER = 2**63 - 1


class Events(NamedTuple):
    """What was counted between two ticks, or a part of it: (good, bad, excluded)."""

    counts: tuple


class Tick(NamedTuple):
    now_ns: int
    flags: int


class Corrected(NamedTuple):
    kind: int
    from_ns: int
    to_ns: int
    sli: int
    voids: int


class Settings(NamedTuple):
    """Of a window."""

    gap_ns: int
    jump_max_ns: int
    slice_ns: int
    slice_objective_ppb: int


class Reading(NamedTuple):
    at_ns: int
    first: int  # where in the log it was taken
    last: int  # and last brought up to date
    unmeasured: bool  # the time since the one before


def added(*rows):
    return tuple(map(sum, zip(*rows)))


def less(a, b):
    return tuple(x - y for x, y in zip(a, b))


def nearest(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def named(counts):
    return dict(zip(("good", "bad", "excluded"), counts))


class Part(NamedTuple):
    """What lies between two readings; parts add up."""

    counts: tuple = (0, 0, 0)
    slices: tuple = (0, 0, 0)  # good, bad, the sum of ratios
    measured_ns: int = 0
    unresolved_ns: int = 0
    unmeasured_ns: int = 0
    length_ns: int = 0

    def plus(self, other):
        return self.combined(other, 1)

    def minus(self, other):
        return self.combined(other, -1)

    def combined(self, other, sign):
        return Part(
            *(
                tuple(x + sign * y for x, y in zip(a, b)) if isinstance(a, tuple) else a + sign * b
                for a, b in zip(self, other)
            )
        )


class Model:
    """A window, and the ledger of its monitor, after everything in the log."""

    def __init__(self, log, settings, tick_status=None):
        self.log = list(log)
        self.settings = settings
        self.total = [(0, 0, 0)]  # [i]: counted in log[:i]
        for entry in self.log:
            counts = entry.counts if isinstance(entry, Events) else (0, 0, 0)
            self.total.append(added(self.total[-1], counts))
        self.readings, self.steps_back, self.refused, self.rebases = [], 0, 0, 0
        for place, entry in enumerate(self.log):
            if isinstance(entry, Tick):
                self.take(place, entry)
        self.times = [reading.at_ns for reading in self.readings]
        self.parts = [Part()]  # [i]: from the first reading to reading i
        for i in range(1, len(self.readings)):
            self.parts.append(self.parts[-1].plus(self.step(i)))
        self.corrections = [entry for entry in self.log if isinstance(entry, Corrected)]

    # ---- readings ----

    def take(self, place, tick):
        readings = self.readings
        new = Reading(tick.now_ns, place, place, bool(tick.flags & UNMEASURED))
        if not readings:
            readings.append(new)
        elif tick.now_ns > readings[-1].at_ns:
            if tick.now_ns - readings[-1].at_ns > self.settings.jump_max_ns:
                if not tick.flags & REBASE:
                    self.refused += 1
                    return
                self.rebases += 1
            readings.append(new)
        elif tick.now_ns < readings[-1].at_ns and tick.flags & REBASE:
            self.rebases += 1
            readings[:] = [new]
        else:
            self.steps_back += tick.now_ns < readings[-1].at_ns
            readings[-1] = readings[-1]._replace(last=place)

    def counted(self, after, upto):
        return less(self.total[upto + 1], self.total[after + 1])

    def step(self, i):
        """From reading i - 1 to reading i."""
        old, new = self.readings[i - 1], self.readings[i]
        length = new.at_ns - old.at_ns
        return Part(
            counts=self.counted(old.last, new.last),
            slices=self.judged_slices(i),
            measured_ns=0 if new.unmeasured else length,
            unresolved_ns=length if not new.unmeasured and length > self.settings.gap_ns else 0,
            unmeasured_ns=length if new.unmeasured else 0,
            length_ns=length,
        )

    def ended_slices(self, i):
        slice_ns = self.settings.slice_ns
        if not slice_ns or i == 0:
            return 0
        return self.readings[i].at_ns // slice_ns - self.readings[i - 1].at_ns // slice_ns

    def judged_slices(self, i):
        """The slices that reading i closed: each closing reads what came since the one before."""
        ended = self.ended_slices(i)
        if not ended:
            return (0, 0, 0)
        before = i - 1
        while before > 0 and not self.ended_slices(before):
            before -= 1
        good, bad, _ = self.counted(self.readings[before].first, self.readings[i].first)
        valid = good + bad
        if valid == 0:
            return (0, 0, 0)
        n = 1 if self.readings[i].unmeasured else min(ended, valid)
        is_good = good * 10**9 >= self.settings.slice_objective_ppb * valid
        return (n * is_good, n * (not is_good), n * nearest(bad * RATIO_ONE, valid))

    def part(self, i, j):
        return self.parts[j].minus(self.parts[i])

    def at_or_before(self, at_ns):
        """Index of the newest reading at or before, or of the oldest there is."""
        return max(bisect.bisect_right(self.times, at_ns) - 1, 0)

    def last_window(self, policy, span_ns):
        """(index of its first reading, whether the history is too short, how far beyond)."""
        newest = len(self.readings) - 1
        measured = [part.measured_ns for part in self.parts]
        clock = measured if policy == FREEZE else self.times
        edge = clock[newest] - span_ns
        i = max(bisect.bisect_right(clock, edge) - 1, 0)
        return i, clock[0] > edge, max(edge - clock[i], 0)

    # ---- corrections ----

    def in_force(self, sli):
        void = {c.voids for c in self.corrections if c.kind == VOID}
        return [
            (sequence, c)
            for sequence, c in enumerate(self.corrections)
            if c.kind != VOID and sequence not in void and c.sli in (sli, EVERY_SLI)
        ]

    def owned(self, sli, i, j):
        """Per correction the parts of the readings i..j that are its own, as moments."""
        begin, end = self.times[i], self.times[j]
        entries = self.in_force(sli)
        edges = {begin, end}
        for _, c in entries:
            edges |= {edge for edge in (c.from_ns, c.to_ns) if begin < edge < end}
        owned, last = {}, None
        for left, right in zip(sorted(edges), sorted(edges)[1:]):
            over = [(c.kind, s) for s, c in entries if c.from_ns <= left and right <= c.to_ns]
            owner = min(over)[1] if over else None
            if owner is not None:
                spans = owned.setdefault(owner, [])
                if last == owner:
                    spans[-1][1] = right
                else:
                    spans.append([left, right])
            last = owner
        return owned

    def pieces(self, sli, i, j):
        """The same as index pairs: a piece that falls between two readings is there, and empty."""
        return {
            owner: [(self.at_or_before(a), self.at_or_before(b)) for a, b in spans]
            for owner, spans in self.owned(sli, i, j).items()
        }

    def snapped(self, sli, i, j):
        """Does a piece use readings away from its edges, by more than 2 % and ten seconds?"""
        for spans in self.owned(sli, i, j).values():
            for a, b in spans:
                late_ns = max(
                    abs(a - self.times[self.at_or_before(a)]),
                    abs(b - self.times[self.at_or_before(b)]),
                )
                if late_ns > max((b - a) // 50, 10 * 10**9):
                    return True
        return False

    def effect(self, sli, sequence, i, j):
        pairs = self.pieces(sli, i, j).get(sequence)
        if not pairs:
            return None
        whole = Part()
        for pair in pairs:
            whole = whole.plus(self.part(*pair))
        return {
            "sequence": sequence,
            "kind": self.corrections[sequence].kind,
            "pieces": len(pairs),
            "from_ns": self.times[pairs[0][0]],
            "to_ns": self.times[pairs[-1][1]],
            "corrected_ns": whole.length_ns,
            "counts": named(whole.counts),
            "slices": self.named_slices(whole.slices),
        }

    @staticmethod
    def named_slices(slices):
        return dict(zip(("good", "bad", "ratio_sum"), slices))

    # ---- windows ----

    def delta(self, policy, i, j, span_ns, short, beyond_ns, sli=None):
        """Of readings i..j; corrected when sli is given."""
        length_ns = self.part(i, j).length_ns
        rest, touched = self.part(i, j), 0
        for sequence, pairs in (self.pieces(sli, i, j) if sli is not None else {}).items():
            touched += 1
            for pair in pairs:
                piece = self.part(*pair)
                rest = rest.minus(piece)
                if self.corrections[sequence].kind != REMOVE:
                    rest = rest.plus(self.set_right(piece, policy))
        counts, slices = rest.counts, rest.slices
        unmeasured_ns = 0 if policy == FREEZE else rest.unmeasured_ns
        unseen = self.unseen(counts[0] + counts[1], rest.measured_ns, unmeasured_ns)
        judged = {
            ALL_BAD: added(counts, (0, unseen, 0)),
            ALL_GOOD: added(counts, (unseen, 0, 0)),
        }.get(policy, counts)
        slice_ns = self.settings.slice_ns
        answer = {
            "flags": SHORT * short
            + COARSE * (50 * beyond_ns > span_ns)
            + SNAPPED * (sli is not None and self.snapped(sli, i, j)),
            "span_ns": span_ns,
            "from_ns": self.times[i],
            "to_ns": self.times[j],
            "measured_ns": rest.measured_ns,
            "covered_ns": max(rest.measured_ns - beyond_ns, 0),
            "counts": named(counts),
            "unresolved_ns": rest.unresolved_ns,
            "unmeasured_ns": unmeasured_ns,
            "frozen_ns": rest.unmeasured_ns if policy == FREEZE else 0,
            "corrected_ns": length_ns - rest.measured_ns - rest.unmeasured_ns,
            "unseen": unseen,
            "judged": named(judged),
            "slices": self.named_slices(slices),
            "unseen_slices": unmeasured_ns // slice_ns if slice_ns else 0,
            "slice_ns": slice_ns,
            "policy": policy,
        }
        return answer if sli is None else (answer, touched)

    @staticmethod
    def set_right(part, policy):
        """All that was counted is good, and nothing is left unseen; frozen time stays so."""
        good, bad, excluded = part.counts
        good_slices, bad_slices, _ = part.slices
        return part._replace(
            counts=(good + bad, 0, excluded),
            slices=(good_slices + bad_slices, 0, 0),
            unmeasured_ns=part.unmeasured_ns * (policy == FREEZE),
        )

    @staticmethod
    def unseen(valid, measured_ns, unmeasured_ns):
        if unmeasured_ns == 0:
            return 0
        if measured_ns == 0:
            return max(valid, 1)
        return max(-(-valid * unmeasured_ns // measured_ns), 1)

    def window(self, policy, span_ns, sli=None):
        i, short, beyond_ns = self.last_window(policy, span_ns)
        return self.delta(policy, i, len(self.readings) - 1, span_ns, short, beyond_ns, sli)

    def between(self, policy, from_ns, to_ns, sli=None):
        i, j = self.at_or_before(from_ns), self.at_or_before(to_ns)
        short = self.times[0] > from_ns
        beyond_ns = max(from_ns - self.times[i], 0) if i < j else 0
        return self.delta(policy, i, j, to_ns - from_ns, short, beyond_ns, sli)

    def summary(self):
        newest = self.readings[-1]
        return {
            "first_ns": self.times[0],
            "newest_ns": self.times[-1],
            "measured_ns": self.parts[-1].measured_ns,
            "counts": named(self.total[newest.last + 1]),
            "steps_back": self.steps_back,
            "jumps_refused": self.refused,
            "rebases": self.rebases,
            "unresolved_ns": self.parts[-1].unresolved_ns,
        }

    # ---- budgets ----

    def asked(self, policy, sli, period_ns, period):
        """The corrected delta of a budget: rolling, or a calendar period so far."""
        if period_ns:
            return self.window(policy, period_ns, sli)
        return self.between(policy, period[0], min(period[1], self.times[-1]), sli)

    @staticmethod
    def units(method, delta):
        """(good, bad, unseen) in what the method counts; unjudged."""
        if method == OCCURRENCES:
            return delta["counts"]["good"], delta["counts"]["bad"], delta["unseen"]
        slices, unseen = delta["slices"], delta["unseen_slices"]
        if method == TIMESLICES:
            return slices["good"], slices["bad"], unseen
        whole = (slices["good"] + slices["bad"]) * RATIO_ONE
        return whole - slices["ratio_sum"], slices["ratio_sum"], unseen * RATIO_ONE

    @classmethod
    def judged_units(cls, method, delta):
        good, bad, unseen = cls.units(method, delta)
        return (
            good + unseen * (delta["policy"] == ALL_GOOD),
            bad + unseen * (delta["policy"] == ALL_BAD),
        )

    @staticmethod
    def spent(bad, valid, objective_ppb):
        """In ppm of the budget, floored."""
        share = Fraction(bad * 10**15) / ((10**9 - objective_ppb) * valid) if valid else 0
        return share.__floor__()

    def budget(self, method, objective_ppb, policy, sli, period_ns=0, period=(0, 0)):
        return self.budget_of(method, objective_ppb, *self.asked(policy, sli, period_ns, period))

    @classmethod
    def budget_of(cls, method, objective_ppb, delta, touched):
        good, bad = cls.judged_units(method, delta)
        seen_good, seen_bad, unseen = cls.units(method, delta)
        everything = seen_good + seen_bad + unseen
        limit = 10**6 if everything else 0  # of nothing it is 0, and means nothing
        consumed = cls.spent(bad, good + bad, objective_ppb)
        return {
            "method": method,
            "objective_ppb": objective_ppb,
            "valid": good + bad,
            "good": good,
            "bad": bad,
            "allowed": (10**9 - objective_ppb) * (good + bad) // 10**9,
            "consumed_ppm": consumed,
            "remaining_ppm": (10**6 if good + bad else 0) - consumed,
            "best_ppm": limit - cls.spent(seen_bad, everything, objective_ppb),
            "worst_ppm": limit - cls.spent(seen_bad + unseen, everything, objective_ppb),
            "unseen": unseen,
            "corrections": touched,
            **{
                name: delta[name]
                for name in (
                    "counts span_ns from_ns to_ns measured_ns unresolved_ns unmeasured_ns "
                    "frozen_ns corrected_ns covered_ns flags policy slices slice_ns unseen_slices"
                ).split()
            },
        }

    def cost(self, method, objective_ppb, policy, sli, from_ns, to_ns, **which):
        incident, _ = self.between(policy, from_ns, to_ns, sli)
        _, bad = self.judged_units(method, incident)
        good_all, bad_all = self.judged_units(method, self.asked(policy, sli, **which)[0])
        cost = self.spent(bad, good_all + bad_all, objective_ppb)
        return min(cost, 2**64 - 1), incident

    def spent_by(self, at_ns, method, whole, sli):
        """What a budget's part up to a moment spent; the unseen lie evenly in unmeasured time."""
        part, _ = self.between(whole["policy"], whole["from_ns"], at_ns, sli)
        _, bad, _ = self.units(method, part)
        _, _, unseen = self.units(method, whole)
        if whole["policy"] == ALL_BAD and part["unmeasured_ns"]:
            bad += unseen * part["unmeasured_ns"] // whole["unmeasured_ns"]
        return bad

    def burndown(self, n, method, objective_ppb, policy, sli, period_ns=0, period=(0, 0)):
        whole, _ = self.asked(policy, sli, period_ns, period)
        valid = sum(self.judged_units(method, whole))
        begin, now = whole["from_ns"], whole["to_ns"]
        points = []
        for k in range(1, n + 1):
            at_ns = begin + (now - begin) * k // n
            bad = self.spent_by(at_ns, method, whole, sli)
            points.append((at_ns, 10**6 - self.spent(bad, valid, objective_ppb)))
        return points

    def forecast(
        self, lookback_ns, horizon_ns, method, objective_ppb, policy, sli,
        period_ns=0, period=(0, 0),
    ):  # fmt: skip
        """Where the time counted is all measured and nothing is corrected; and whether it comes
        out in whole units."""
        now = self.times[-1]
        recent, touched = self.window(policy, lookback_ns, sli)
        good, bad = self.judged_units(method, recent)
        burn = self.spent(bad, good + bad, objective_ppb)
        length = period_ns or period[1] - period[0]
        remaining = 10**6 - self.budget(
            method, objective_ppb, policy, sli, period_ns, period
        )["consumed_ppm"]  # fmt: skip
        if not period_ns:
            horizon_ns = min(horizon_ns, period[1] - now)
        ahead = min(horizon_ns, period_ns or horizon_ns)
        ahead = Fraction(ahead, recent["to_ns"] - recent["from_ns"])
        old_ns = now - period_ns + horizon_ns if period_ns else period[0]
        stays, _ = self.between(policy, min(old_ns, now), now, sli)
        old_good, old_bad = self.judged_units(method, stays)
        then_bad = old_bad + bad * ahead
        then_valid = old_good + old_bad + (good + bad) * ahead
        spent = self.spent(then_bad, then_valid, objective_ppb)
        forecast = {
            "violated": int(then_bad * 10**9 > (10**9 - objective_ppb) * then_valid),
            "burn_ppm": burn,
            "exhaustion_ns": self.until(remaining, burn, length),
            "from_full_ns": self.until(10**6, burn, length),
            "horizon_ns": horizon_ns,
            "remaining_ppm": 10**6 - spent,
            "method": method,
            "flags": recent["flags"],
            "lookback_from_ns": recent["from_ns"],
            "lookback_to_ns": recent["to_ns"],
            "lookback_measured_ns": recent["measured_ns"],
            "corrections": touched,
        }
        return forecast, then_bad.denominator == then_valid.denominator == 1

    @staticmethod
    def until(remaining_ppm, burn_ppm, period_ns):
        if remaining_ppm <= 0:
            return 0
        if burn_ppm == 0:
            return NEVER
        return min(remaining_ppm * period_ns // burn_ppm, NEVER)

    # ---- alerts ----

    def exceeds(self, judged, objective_ppb, factor_ppm):
        valid = judged["good"] + judged["bad"]
        if valid == 0:
            return False
        return Fraction(judged["bad"], valid) > Fraction(
            factor_ppm, 10**6
        ) * Fraction(10**9 - objective_ppb, 10**9)  # fmt: skip

    def alert_steps(self):
        """The model as it was at each new reading; ticks that repeat one step nothing."""
        seen = None
        for place, entry in enumerate(self.log):
            if isinstance(entry, Tick):
                then = Model(self.log[: place + 1], self.settings)
                if then.readings[-1].first == place and place != seen:
                    seen = place
                    yield then

    @staticmethod
    def alert(steps, tier, objective_ppb, policy, sli):
        """(status, transitions) of an alert of one tier."""
        state, since, last, held_since, held_last = INACTIVE, 0, 0, None, None
        transitions = []
        for model in steps:
            now = model.times[-1]
            (long, _), (short, _) = (
                model.window(policy, tier[name], sli) for name in ("long_ns", "short_ns")
            )
            holds = all(
                model.exceeds(delta["judged"], objective_ppb, tier["factor_ppm"])
                for delta in (long, short)
            )
            # by the clock as it is now: a history begun anew may lie before
            held_last = now if holds or held_last is None else min(held_last, now)
            held_since = min(now if held_since is None else held_since, now) if holds else None
            following = INACTIVE
            if holds:
                fires = state == FIRING or now - held_since >= tier.get("for_ns", 0)
                following = FIRING if fires else PENDING
            elif state == FIRING and now - held_last < tier.get("keep_firing_ns", 0):
                following = FIRING
            if following != state:
                transitions.append(
                    {
                        "severity": tier.get("severity", 0),
                        "from": state,
                        "to": following,
                        "tier": 0,
                        "sequence": len(transitions),
                        "at_ns": now,
                        "since_ns": since,
                        "last_ns": last,
                        "tiers": 1,
                        "long_counts": long["judged"],
                        "short_counts": short["judged"],
                        "long_burn_ppm": Model.burn(long["judged"], objective_ppb),
                        "short_burn_ppm": Model.burn(short["judged"], objective_ppb),
                    }
                )
            if following != state:
                since = now
            state, last = following, now
        status = {
            "severity": tier.get("severity", 0),
            "state": state,
            "since_ns": since,
            "last_ns": last,
            "tiers": int(state != INACTIVE),
            "tiers_fired": int(state == FIRING),
        }
        return status, transitions

    @classmethod
    def burn(cls, judged, objective_ppb):
        return cls.spent(judged["bad"], judged["good"] + judged["bad"], objective_ppb)


def kept(times, step_ns, at_ns):
    """The newest reading at or before that is the first at or after a multiple of step_ns."""
    newest = times[bisect.bisect_right(times, at_ns) - 1]
    return times[bisect.bisect_left(times, newest // step_ns * step_ns)]
