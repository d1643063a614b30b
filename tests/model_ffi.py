"""The few structs and functions of the library that the tests against models drive, by ctypes."""

import ctypes
import functools

import pytest
from conftest import BUILD

OK, EINVAL, ERANGE, ENODATA, EVERSION, ECLOCK, ESPACE, ELOST = 0, -1, -2, -4, -5, -7, -9, -10
GOOD, BAD, EXCLUDED = 0, 1, 2
IGNORE, ALL_BAD, ALL_GOOD, FREEZE = 0, 1, 2, 3
UNMEASURED, REBASE = 1, 2
SHORT, COARSE, SNAPPED = 1, 2, 4
REMOVE, SET_GOOD, VOID = 0, 1, 2
EVERY_SLI = 2**32 - 1
OCCURRENCES, TIMESLICES, RATIO_TIMESLICES = 0, 1, 2
DAY, WEEK, MONTH, QUARTER, YEAR = 1, 2, 3, 4, 5
INACTIVE, PENDING, FIRING = 0, 1, 2
NO_GATE = 1
ALIGN = 64

needs_plain_library = pytest.mark.skipif(
    any(name in str(BUILD) for name in ("asan", "tsan")),
    reason="Python cannot load a library with a sanitizer",
)

u32, u64, i64, size_t = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int64, ctypes.c_size_t
pointer = ctypes.c_void_p


class Struct(ctypes.Structure):
    """Sets struct_size where there is one."""

    def __init__(self, **fields):
        super().__init__(**fields)
        if self._fields_[0][0] == "struct_size":
            self.struct_size = ctypes.sizeof(self)

    def fields(self):
        """As plain Python values, without what is the interface's own business."""
        plain = {}
        for name, *_ in self._fields_:
            value = getattr(self, name)
            if name not in ("struct_size", "reserved", "tier_count"):
                plain[name] = value.fields() if isinstance(value, Struct) else value
        return plain


def of(kind, names):
    return [(name, kind) for name in names.split()]


class Counts(Struct):
    _fields_ = of(u64, "good bad excluded")


class Slices(Struct):
    _fields_ = of(u64, "good bad ratio_sum")


class Period(Struct):
    _fields_ = of(i64, "start_ns end_ns")


class Tier(Struct):
    _fields_ = of(i64, "step_ns span_ns")


class WindowConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size tier_count"),
        ("tiers", ctypes.POINTER(Tier)),
        *of(i64, "jump_max_ns gap_ns slice_ns"),
        ("slice_objective_ppb", u64),
        *of(u32, "unmeasured pins"),
    ]


class Delta(Struct):
    _fields_ = [
        *of(u32, "struct_size flags"),
        *of(i64, "span_ns from_ns to_ns measured_ns covered_ns"),
        ("counts", Counts),
        *of(i64, "unresolved_ns unmeasured_ns frozen_ns corrected_ns"),
        ("unseen", u64),
        ("judged", Counts),
        ("slices", Slices),
        ("unseen_slices", u64),
        ("slice_ns", i64),
        *of(u32, "policy reserved"),
    ]


class WindowSummary(Struct):
    _fields_ = [
        *of(u32, "struct_size tier_count"),
        *of(i64, "first_ns newest_ns measured_ns"),
        ("counts", Counts),
        *of(u64, "steps_back jumps_refused rebases"),
        ("unresolved_ns", i64),
        ("pins_refused", u64),
    ]


class Correction(Struct):
    _fields_ = [
        *of(u32, "struct_size kind"),
        *of(i64, "from_ns to_ns made_ns"),
        *of(u32, "sli voids"),
        ("reason", ctypes.c_char * 64),
    ]


class Effect(Struct):
    _fields_ = [
        *of(u32, "struct_size sequence kind pieces"),
        *of(i64, "from_ns to_ns corrected_ns"),
        ("counts", Counts),
        ("slices", Slices),
    ]


class BudgetConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size method"),
        ("objective_ppb", u64),
        *of(i64, "period_ns start_ns end_ns"),
        ("ledger", pointer),
        *of(u32, "sli reserved"),
    ]


class Budget(Struct):
    _fields_ = [
        *of(u32, "struct_size method"),
        *of(u64, "objective_ppb valid good bad allowed consumed_ppm"),
        *of(i64, "remaining_ppm best_ppm worst_ppm"),
        ("unseen", u64),
        ("counts", Counts),
        *of(i64, "span_ns from_ns to_ns measured_ns unresolved_ns unmeasured_ns frozen_ns"),
        *of(i64, "corrected_ns covered_ns"),
        *of(u32, "corrections flags policy reserved"),
        ("slices", Slices),
        ("slice_ns", i64),
        ("unseen_slices", u64),
    ]


class Point(Struct):
    _fields_ = of(i64, "at_ns remaining_ppm")


class Forecast(Struct):
    _fields_ = [
        *of(u32, "struct_size violated"),
        ("burn_ppm", u64),
        *of(i64, "exhaustion_ns from_full_ns horizon_ns remaining_ppm"),
        *of(u32, "method flags"),
        *of(i64, "lookback_from_ns lookback_to_ns lookback_measured_ns"),
        *of(u32, "corrections reserved"),
    ]


class Calendar(Struct):
    _fields_ = [*of(u32, "unit every"), ("anchor_ns", i64)]


class AlertTier(Struct):
    _fields_ = [
        *of(i64, "long_ns short_ns"),
        ("factor_ppm", u64),
        *of(i64, "for_ns keep_firing_ns"),
        *of(u32, "severity flags kind group"),
        ("reserved", u64),
    ]


class Gate(Struct):
    _fields_ = [
        *of(u32, "kind reserved"),
        *of(u64, "alarms_per_year_ppm"),
        ("dead_ns", i64),
        *of(u64, "healthy_burn_ppm least_burn_ppm"),
    ]


class AlertConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size tier_count"),
        ("tiers", pointer),
        ("objective_ppb", u64),
        ("gate", Gate * 2),
        *of(i64, "slot_ns period_ns"),
        *of(u32, "flags reserved"),
    ]


class AlertStatus(Struct):
    _fields_ = [
        *of(u32, "struct_size severity state reserved"),
        *of(i64, "since_ns last_ns"),
        *of(u64, "tiers tiers_fired evidence_ppb"),
        ("acknowledged_ns", i64),
    ]


class Transition(Struct):
    _fields_ = [
        ("struct_size", u32),
        ("severity", u32),
        ("from", u32),  # a keyword: getattr only
        *of(u32, "to tier cause"),
        ("sequence", u64),
        *of(i64, "at_ns since_ns last_ns"),
        ("tiers", u64),
        ("long_counts", Counts),
        ("short_counts", Counts),
        *of(u64, "long_burn_ppm short_burn_ppm evidence_ppb at_stake_ppm"),
        ("exhaustion_ns", i64),
    ]


class MonitorSli(Struct):
    _fields_ = [
        *of(u32, "struct_size shards"),
        ("name", ctypes.c_char_p),
        ("latency", pointer),
        *of(u32, "latency_of with_threshold threshold writers"),
        ("history", pointer),
        ("slice_ns", i64),
        ("slice_objective_ppb", u64),
        *of(u32, "unmeasured reserved"),
    ]


class MonitorSlo(Struct):
    _fields_ = [
        *of(u32, "struct_size sli"),
        ("name", ctypes.c_char_p),
        ("objective_ppb", u64),
        ("period_ns", i64),
        ("tiers", ctypes.POINTER(AlertTier)),
        *of(u32, "tier_count method"),
        ("calendar", Calendar),
        ("starts_ns", ctypes.POINTER(i64)),
        ("alert", ctypes.POINTER(AlertConfig)),
        *of(u32, "start_count reserved"),
    ]


class MonitorConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size sli_count"),
        ("slis", ctypes.POINTER(MonitorSli)),
        ("slos", ctypes.POINTER(MonitorSlo)),
        ("window", ctypes.POINTER(WindowConfig)),
        *of(u32, "slo_count corrections"),
    ]


class Standing(Struct):
    _fields_ = [
        *of(u32, "struct_size sli"),
        ("objective_ppb", u64),
        *of(i64, "period_ns at_ns"),
        ("period", Period),
        ("total", Counts),
        *of(u64, "late unknown"),
        *of(u32, "page ticket"),
        ("reserved", u64 * 4),
        ("budget", Budget),
    ]


STATUSES = {
    "slo_counter_record": ([pointer, ctypes.c_int32], None),
    "slo_counter_record_many": ([pointer, pointer], None),
    "slo_counter_record_late": ([pointer, u64], None),
    "slo_monitor_footprint": [pointer, pointer, pointer],
    "slo_monitor_init": [pointer, size_t, pointer, pointer, pointer],
    "slo_monitor_attach": [pointer, size_t, pointer],
    "slo_monitor_counter": ([pointer, u32], pointer),
    "slo_monitor_window": ([pointer, u32], pointer),
    "slo_monitor_alert": ([pointer, u32], pointer),
    "slo_monitor_ledger": ([pointer], pointer),
    "slo_monitor_tick": [pointer, i64, u32],
    "slo_monitor_correct": [pointer, pointer, pointer, pointer],
    "slo_monitor_budget": [pointer, u32, pointer],
    "slo_monitor_read": [pointer, u32, pointer],
    "slo_window_read": [pointer, pointer, size_t, pointer],
    "slo_window_delta": [pointer, i64, i64, pointer],
    "slo_window_summarize": [pointer, pointer],
    "slo_ledger_correct": [pointer, u32, pointer, pointer, pointer],
    "slo_ledger_effect": [pointer, u32, u32, pointer, pointer, pointer],
    "slo_budget_read": [pointer, pointer, pointer],
    "slo_budget_cost": [pointer, pointer, i64, i64, pointer, pointer],
    "slo_budget_burndown": [pointer, pointer, size_t, pointer],
    "slo_budget_forecast": [pointer, pointer, i64, i64, pointer],
    "slo_alert_read": [pointer, u32, pointer],
    "slo_alert_next": [pointer, pointer, pointer],
}


@functools.lru_cache(None)
def slo():
    library = ctypes.CDLL(str(BUILD / "libslo.so"))
    for name, signature in STATUSES.items():
        arguments, result = (
            signature if isinstance(signature, tuple) else (signature, ctypes.c_int32)
        )
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library


# What test_gate.c and test_evidence.c are about, and no model here.
WHY = "cause evidence_ppb at_stake_ppm exhaustion_ns"


def without(fields, names):
    return {name: value for name, value in fields.items() if name not in names.split()}


def ref(struct):
    return ctypes.byref(struct)


def array(kind, values):
    return (kind * len(values))(*values)


class Refused(Exception):
    """A status that was not SLO_OK."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


def must(status):
    if status != OK:
        raise Refused(status)


class Block:
    """size bytes, aligned as the library wants them."""

    def __init__(self, size):
        self.size = size
        self.memory = ctypes.create_string_buffer(size + ALIGN)
        self.at = -(-ctypes.addressof(self.memory) // ALIGN) * ALIGN

    def copy(self):
        other = Block(self.size)
        ctypes.memmove(other.at, self.at, self.size)
        ctypes.memset(self.at, 0xA5, self.size)  # who still looks here is found out
        return other


class Monitor:
    """A monitor in bytes of our own. Answers are dicts; a status that is not ok is raised."""

    def __init__(self, config):
        size = size_t()
        must(slo().slo_monitor_footprint(ref(config), ref(size), None))
        self.block = Block(size.value)
        self.place = pointer()
        must(slo().slo_monitor_init(self.block.at, size.value, ref(config), ref(self.place), None))

    def move(self):
        """As after a restart: the same bytes elsewhere."""
        self.block = self.block.copy()
        must(slo().slo_monitor_attach(self.block.at, self.block.size, ref(self.place)))

    def window(self, sli):
        return slo().slo_monitor_window(self.place, sli)

    def ledger(self):
        return slo().slo_monitor_ledger(self.place)

    def record(self, sli, counts, one_by_one=False):
        counter = slo().slo_monitor_counter(self.place, sli)
        if one_by_one:
            for outcome, n in enumerate(counts):
                for _ in range(n):
                    slo().slo_counter_record(counter, outcome)
        else:
            slo().slo_counter_record_many(counter, ref(Counts(**dict(zip(NAMES, counts)))))

    def record_late(self, sli, n):
        slo().slo_counter_record_late(slo().slo_monitor_counter(self.place, sli), n)

    def tick(self, now_ns, flags=0):
        return slo().slo_monitor_tick(self.place, now_ns, flags)

    def correct(self, kind, from_ns, to_ns, sli, voids=0):
        correction = Correction(
            kind=kind, from_ns=from_ns, to_ns=to_ns, sli=sli, voids=voids, reason=b"agreed on"
        )
        sequence = u32()
        must(slo().slo_monitor_correct(self.place, ref(correction), ref(sequence), None))
        return sequence.value

    def read(self, sli, spans_ns):
        deltas = (Delta * len(spans_ns))()
        deltas[0].struct_size = ctypes.sizeof(Delta)
        spans = array(i64, spans_ns)
        must(slo().slo_window_read(self.window(sli), ref(spans), len(spans_ns), ref(deltas)))
        return [delta.fields() for delta in deltas]

    def delta(self, sli, from_ns, to_ns, corrected=False, ledger_sli=None):
        delta, count = Delta(), u32()
        window = self.window(sli)
        must(slo().slo_window_delta(window, from_ns, to_ns, ref(delta)))
        if not corrected:
            return delta.fields()
        ledger_sli = sli if ledger_sli is None else ledger_sli
        must(
            slo().slo_ledger_correct(self.ledger(), ledger_sli, window, ref(delta), ref(count))
        )  # fmt: skip
        return delta.fields(), count.value

    def effect(self, sli, sequence, from_ns, to_ns):
        delta, effect = Delta(), Effect()
        window = self.window(sli)
        must(slo().slo_window_delta(window, from_ns, to_ns, ref(delta)))
        must(
            slo().slo_ledger_effect(
                self.ledger(), sequence, sli, window, ref(delta), ref(effect)
            )
        )  # fmt: skip
        return effect.fields()

    def summary(self, sli):
        summary = WindowSummary()
        must(slo().slo_window_summarize(self.window(sli), ref(summary)))
        return without(summary.fields(), "pins_refused")

    def budget_config(self, slo_index):
        config = BudgetConfig()
        must(slo().slo_monitor_budget(self.place, slo_index, ref(config)))
        return config

    def config(self, sli, method, objective_ppb, period_ns=0, period=(0, 0), ledger=True):
        return BudgetConfig(
            method=method,
            objective_ppb=objective_ppb,
            period_ns=period_ns,
            start_ns=period[0],
            end_ns=period[1],
            ledger=self.ledger() if ledger else None,
            sli=sli,
        )

    def budget(self, sli, config):
        """(status, budget)"""
        budget = Budget()
        status = slo().slo_budget_read(self.window(sli), ref(config), ref(budget))
        return status, budget.fields()

    def cost(self, sli, config, from_ns, to_ns):
        cost, incident = u64(), Delta()
        must(
            slo().slo_budget_cost(
                self.window(sli), ref(config), from_ns, to_ns, ref(cost), ref(incident)
            )
        )  # fmt: skip
        return cost.value, incident.fields()

    def burndown(self, sli, config, n):
        points = (Point * n)()
        must(slo().slo_budget_burndown(self.window(sli), ref(config), n, ref(points)))
        return [(point.at_ns, point.remaining_ppm) for point in points]

    def forecast(self, sli, config, lookback_ns, horizon_ns):
        forecast = Forecast()
        must(
            slo().slo_budget_forecast(
                self.window(sli), ref(config), lookback_ns, horizon_ns, ref(forecast)
            )
        )
        return forecast.fields()

    def standing(self, slo_index):
        """(status, standing)"""
        standing = Standing()
        status = slo().slo_monitor_read(self.place, slo_index, ref(standing))
        return status, standing.fields()

    def alert(self, slo_index, severity):
        status = AlertStatus()
        alert = slo().slo_monitor_alert(self.place, slo_index)
        must(slo().slo_alert_read(alert, severity, ref(status)))
        return without(status.fields(), "evidence_ppb acknowledged_ns")

    def transitions(self, slo_index, cursor):
        """Those from the cursor on, and the cursor after them."""
        alert, cursor, found = slo().slo_monitor_alert(self.place, slo_index), u64(cursor), []
        while True:
            transition = Transition()
            status = slo().slo_alert_next(alert, ref(cursor), ref(transition))
            if status == ENODATA:
                return found, cursor.value
            must(status)
            found.append(without(transition.fields(), WHY))


NAMES = ("good", "bad", "excluded")


class MonitorPlan:
    """Builds a MonitorConfig and keeps alive what it points to."""

    def __init__(self, window, slis, slos, corrections=0):
        self.keep = []
        tiers = [Tier(step_ns=step, span_ns=span) for step, span in window.pop("tiers", [])]
        self.window = WindowConfig(**window)
        if tiers:
            self.window.tier_count = len(tiers)
            self.window.tiers = self.kept(array(Tier, tiers))
        self.slis = array(MonitorSli, [MonitorSli(**sli) for sli in slis])
        self.slos = array(MonitorSlo, [self.objective(**slo) for slo in slos] or [MonitorSlo()])
        self.config = MonitorConfig(
            sli_count=len(slis), slo_count=len(slos), corrections=corrections,
            slis=self.slis, slos=self.slos, window=ctypes.pointer(self.window),
        )  # fmt: skip

    def kept(self, thing):
        self.keep.append(thing)
        return thing

    def objective(self, tiers=(), starts_ns=(), **fields):
        slo = MonitorSlo(**fields)
        ungated = AlertConfig(gate=(Gate * 2)(Gate(kind=NO_GATE), Gate(kind=NO_GATE)))
        slo.alert = ctypes.pointer(self.kept(ungated))
        if tiers:
            slo.tier_count = len(tiers)
            slo.tiers = self.kept(array(AlertTier, [AlertTier(**tier) for tier in tiers]))
        if starts_ns:
            slo.start_count = len(starts_ns)
            slo.starts_ns = self.kept(array(i64, starts_ns))
        return slo

    def create(self):
        return Monitor(self.config)
