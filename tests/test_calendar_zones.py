"""Calendar periods, starts of many time zones and recurrence rules, against Python's own.

The zones are those of the tzdata package, for zoneinfo and for libc in the example alike, so
that what is installed on the machine decides nothing.
"""

import bisect
import ctypes
import functools
import itertools
import os
import pathlib
import subprocess
import zoneinfo
from datetime import date, datetime, timedelta, timezone

import pytest
import tzdata
from conftest import BUILD
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.skipif(
    any(name in str(BUILD) for name in ("asan", "tsan")),
    reason="Python cannot load a library with a sanitizer",
)

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3600 * S, 86400 * S
TIME_MAX_NS = 9214646399999999999
OK, ERANGE = 0, -2
UNITS = ["day", "week", "month", "quarter", "year"]
EPOCH = datetime(1970, 1, 1)
ZONES = pathlib.Path(tzdata.__file__).parent / "zoneinfo"
EXAMPLE = BUILD / "examples" / "zone_starts"
few = settings(max_examples=200, deadline=None, database=None)


class Period(ctypes.Structure):
    _fields_ = [("start_ns", ctypes.c_int64), ("end_ns", ctypes.c_int64)]

    def pair(self):
        return self.start_ns, self.end_ns


class Calendar(ctypes.Structure):
    _fields_ = [
        ("unit", ctypes.c_uint32),
        ("every", ctypes.c_uint32),
        ("anchor_ns", ctypes.c_int64),
    ]


class Recurrence(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        *((name, ctypes.c_uint32) for name in ("frequency", "interval", "days", "count")),
        ("reserved", ctypes.c_uint32),
        ("until_ns", ctypes.c_int64),
    ]


@functools.lru_cache(None)
def slo():
    library = ctypes.CDLL(str(BUILD / "libslo.so"))
    i64, size, pointer = ctypes.c_int64, ctypes.c_size_t, ctypes.c_void_p
    library.slo_calendar_eval.argtypes = [pointer, i64, pointer, pointer]
    library.slo_calendar_find.argtypes = [pointer, size, i64, pointer]
    library.slo_recurrence_parse.argtypes = [ctypes.c_char_p, pointer, pointer]
    library.slo_recurrence_expand.argtypes = [
        *(pointer, i64, i64, i64, i64), *(pointer, size, pointer, pointer),
    ]  # fmt: skip
    library.slo_span_parse.argtypes = [ctypes.c_char_p, pointer, pointer]
    return library


def nanoseconds(moment):
    """Of a datetime in UTC, without tzinfo."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


# ---- periods in UTC ----


def evaluated(unit, every, anchor_ns, at_ns):
    calendar, period = Calendar(UNITS.index(unit) + 1, every, anchor_ns), Period()
    status = slo().slo_calendar_eval(ctypes.byref(calendar), at_ns, ctypes.byref(period), None)
    return period.pair() if status == OK else status


def modelled(unit, every, anchor_ns, at_ns):
    """By datetime and relativedelta, which clamps at the end of a month too."""
    if unit == "week" and anchor_ns == 0:
        anchor_ns = nanoseconds(datetime(1970, 1, 5))
    anchor = EPOCH + timedelta(seconds=anchor_ns // S)
    each = {
        "day": relativedelta(days=1),
        "week": relativedelta(days=7),
        "month": relativedelta(months=1),
        "quarter": relativedelta(months=3),
        "year": relativedelta(years=1),
    }[unit]

    def start(k):
        try:
            return nanoseconds(anchor + each * (k * max(every, 1))) + anchor_ns % S
        except (OverflowError, ValueError):  # beyond Python's years
            return -(10**30) if k < 0 else 10**30

    low, high = -110000, 110000  # days of 1970..2261; start(low) < at_ns <= start(high)
    while high - low > 1:
        k = (low + high) // 2
        if start(k) < at_ns:
            low = k
        else:
            high = k
    period = start(low), start(high)
    return period if period[0] >= 0 and period[1] <= TIME_MAX_NS else ERANGE


times = st.one_of(
    st.integers(0, TIME_MAX_NS),
    st.datetimes(EPOCH, datetime(2261, 12, 31)).map(nanoseconds),
    st.dates(date(1970, 1, 1), date(2261, 12, 31)).map(lambda d: (d - date(1970, 1, 1)).days * DAY),
)
everys = st.one_of(st.integers(0, 5), st.integers(0, 1000))


@few
@given(st.sampled_from(UNITS), everys, st.one_of(st.just(0), times), times)
@example("month", 1, nanoseconds(datetime(2024, 1, 31)), nanoseconds(datetime(2100, 3, 1)))
@example("year", 1, nanoseconds(datetime(2000, 2, 29)), nanoseconds(datetime(2100, 3, 1)))
@example("year", 1000, TIME_MAX_NS, 1)
@example("week", 1000, 0, TIME_MAX_NS)
def test_eval_is_what_datetime_says(unit, every, anchor_ns, at_ns):
    got = evaluated(unit, every, anchor_ns, at_ns)
    assert got == modelled(unit, every, anchor_ns, at_ns)
    if got == ERANGE:
        return
    start_ns, end_ns = got
    # its last moment is its own, its start is not
    assert evaluated(unit, every, anchor_ns, end_ns) == got
    assert evaluated(unit, every, anchor_ns, start_ns + 1) == got
    assert evaluated(unit, every, anchor_ns, start_ns) == modelled(unit, every, anchor_ns, start_ns)


# ---- starts of a place ----

# with midnights that do not exist (Beirut, Sao_Paulo, Cairo, Asuncion), come twice (Havana), days
# that do not (Apia, Kwajalein, Kiritimati), odd offsets and half an hour of DST
PLACES = """
Africa/Cairo Africa/Casablanca Africa/Monrovia America/Asuncion America/Caracas America/Havana
America/Los_Angeles America/New_York America/Nuuk America/Sao_Paulo America/Santiago
Antarctica/Troll Asia/Amman Asia/Beirut Asia/Kathmandu Asia/Kolkata Asia/Pyongyang Asia/Tehran
Asia/Tokyo Atlantic/Azores Australia/Adelaide Australia/Eucla Australia/Lord_Howe Europe/Berlin
Europe/Dublin Europe/Istanbul Europe/London Europe/Moscow Pacific/Apia Pacific/Auckland
Pacific/Chatham Pacific/Kiritimati Pacific/Kwajalein UTC
""".split()


@functools.lru_cache(None)
def zone(name):
    with (ZONES / name).open("rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


def local(name, second):
    return datetime.fromtimestamp(second, timezone.utc).astimezone(zone(name))


@functools.lru_cache(None)
def day_start(name, day):
    """The first second of which the place's date is `day` or later."""
    midnight = (day - date(1970, 1, 1)).days * 86400
    low, high = midnight - 30 * 3600, midnight + 30 * 3600
    while high - low > 1:
        middle = (low + high) // 2
        if local(name, middle).date() < day:
            low = middle
        else:
            high = middle
    return high


def starts_of(name, year, unit):
    """In seconds, from the period that the year begins in to the end of the one it ends in."""
    day, end = date(year, 1, 1), date(year + 1, 1, 1)
    days = []
    if unit == "week":
        day -= timedelta(days=day.weekday())
    while True:
        days.append(day)
        if day >= end:
            break
        day += {"day": timedelta(1), "week": timedelta(7)}.get(unit) or relativedelta(months=1)
    return sorted({day_start(name, day) for day in days})  # a day there was not begins no period


def find(starts, at_ns):
    """starts: int64 in a ctypes array."""
    period = Period()
    status = slo().slo_calendar_find(starts, len(starts), at_ns, ctypes.byref(period))
    return period.pair() if status == OK else status


def array(starts):
    return (ctypes.c_int64 * len(starts))(*(s * S for s in starts))


@settings(max_examples=80, deadline=None, database=None)
@given(
    st.sampled_from(PLACES),
    st.integers(1971, 2060),
    st.sampled_from(UNITS[:3]),
    st.lists(st.integers(0, 10**6), min_size=20, max_size=20),
)
def test_find_is_what_the_wall_says(name, year, unit, shares):
    starts = starts_of(name, year, unit)
    given_ns = array(starts)
    first, last = given_ns[0], given_ns[-1]
    assert find(given_ns, first) == find(given_ns, last + 1) == ERANGE
    inside = [first + 1, last] + [first + 1 + (last - first - 1) * x // 10**6 for x in shares]
    inside += [s * S + d for s in starts[1:-1] for d in (0, 1)]
    for at_ns in inside:
        period = find(given_ns, at_ns)
        i = bisect.bisect_left(given_ns, at_ns)
        assert period == (given_ns[i - 1], given_ns[i])
        # the moment's date there is in the day, week or month that begins at the start
        wall = local(name, (at_ns - 1) // S).date()
        begin = local(name, period[0] // S).date()
        if unit == "day":
            assert wall == begin
        elif unit == "week":
            assert wall.isocalendar()[:2] == begin.isocalendar()[:2]
        else:
            assert (wall.year, wall.month) == (begin.year, begin.month)


@pytest.mark.parametrize(
    "name, year, minutes",
    [
        ("Europe/Berlin", 2026, {23 * 60: 1, 24 * 60: 363, 25 * 60: 1}),
        ("America/Havana", 2026, {23 * 60: 1, 24 * 60: 363, 25 * 60: 1}),
        ("Asia/Beirut", 2024, {23 * 60: 1, 24 * 60: 364, 25 * 60: 1}),
        ("Australia/Lord_Howe", 2026, {23 * 60 + 30: 1, 24 * 60: 363, 24 * 60 + 30: 1}),
        ("Asia/Kathmandu", 2026, {24 * 60: 365}),
        ("Asia/Kathmandu", 1986, {23 * 60 + 45: 1, 24 * 60: 364}),  # to +05:45
        ("Pacific/Apia", 2011, {23 * 60: 1, 24 * 60: 362, 25 * 60: 1}),  # 364 days
        ("UTC", 2100, {24 * 60: 365}),
    ],
)
def test_lengths_of_days(name, year, minutes):
    starts = array(starts_of(name, year, "day"))
    seen = {}
    for start_ns in starts[:-1]:
        period = find(starts, start_ns + 1)
        length = (period[1] - period[0]) // MINUTE
        seen[length] = seen.get(length, 0) + 1
    assert seen == minutes


# ---- the example ----


@pytest.mark.parametrize("unit", UNITS[:3])
@pytest.mark.parametrize(
    "name, year",
    [
        ("Europe/Berlin", 2026),
        ("America/New_York", 2024),
        ("America/Havana", 2026),
        ("America/Sao_Paulo", 2018),
        ("Asia/Beirut", 2024),
        ("Asia/Kathmandu", 1986),
        ("Australia/Lord_Howe", 2026),
        ("Pacific/Apia", 2011),
        ("Pacific/Kwajalein", 1993),
        ("UTC", 2100),
    ],
)
def test_example_is_what_zoneinfo_says(name, year, unit):
    starts = starts_of(name, year, unit)
    for at in (starts[0] + 1, starts[len(starts) // 2], starts[-1]):
        text = datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = subprocess.run(
            [str(EXAMPLE), name, str(year), unit, text],
            capture_output=True, text=True, timeout=60,
            env={**os.environ, "TZDIR": str(ZONES)},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        want = []
        for start, end in zip(starts, starts[1:]):
            wall = local(name, start).strftime("%Y-%m-%dT%H:%M:%S%z")
            want.append((wall, (end - start) * S))
        *lines, says, lies_in = done.stdout.splitlines()
        got = [printed(line) for line in lines]
        assert got == want
        assert says == f"{text} lies in"
        assert printed(lies_in) == want[bisect.bisect_left(starts, at) - 1]


def printed(line):
    wall, length = line.split(" ")
    span_ns = ctypes.c_int64()
    assert slo().slo_span_parse(length.encode(), ctypes.byref(span_ns), None) == OK
    return wall, span_ns.value


@pytest.mark.parametrize(
    "arguments, code",
    [
        ([], 2),
        (["UTC", "2026", "fortnight", "2026-01-01T00:00:00Z"], 2),
        (["UTC", "1970", "day", "2026-01-01T00:00:00Z"], 2),
        (["UTC", "2261", "day", "2026-01-01T00:00:00Z"], 2),
        (["UTC", "2026", "day", "yesterday"], 2),
        (["UTC", "2026", "day", "2026-01-01T00:00:00Z"], 1),  # the end of 2025
        (["UTC", "2026", "day", "2027-01-01T00:00:00Z"], 0),
    ],
)
def test_example_refuses(arguments, code):
    done = subprocess.run([str(EXAMPLE), *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert bool(done.stderr) == (code != 0)


@pytest.mark.parametrize("name", ["Europe/Berlyn", "Europe", "", "CET-1CEST", "x" * 2000])
def test_example_knows_no_such_zone(name):
    """To libc it would be UTC."""
    done = subprocess.run(
        [str(EXAMPLE), name, "2026", "day", "2026-03-29T12:00:00Z"],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, "TZDIR": str(ZONES)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"zone_starts: no zone {name} (is TZDIR right?)\n"


# ---- recurrence ----

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def expanded(text, first_ns, duration_ns, from_ns, to_ns):
    rule = Recurrence(struct_size=ctypes.sizeof(Recurrence))
    assert slo().slo_recurrence_parse(text.encode(), ctypes.byref(rule), None) == OK, text
    periods, count = (Period * 6000)(), ctypes.c_size_t()
    status = slo().slo_recurrence_expand(
        ctypes.byref(rule), first_ns, duration_ns, from_ns, to_ns,
        periods, len(periods), ctypes.byref(count), None,
    )  # fmt: skip
    assert status == OK
    return [p.pair() for p in periods[: count.value]]


def occurrences(parts, first, before):
    """By dateutil, which leaves a first one out whose weekday is not named, and does not count
    it; RFC 5545 counts it."""
    limits = {k: parts[k] for k in ("COUNT", "UNTIL") if k in parts}
    days = parts.get("BYDAY", WEEKDAYS[first.weekday()]).split(",")
    named = WEEKDAYS[first.weekday()] in days
    if not named and parts["FREQ"] == "DAILY" and int(parts["INTERVAL"]) % 7 == 0:
        days = found = []  # dateutil would look for one until the year 9999
    else:
        inner = parts if named else {k: v for k, v in parts.items() if k not in limits}
        text = ";".join(f"{k}={v}" for k, v in inner.items())
        found = itertools.takewhile(lambda t: t < before, rrulestr(text, dtstart=first))
    if named:
        return list(found)
    until = datetime.strptime(limits.get("UNTIL", "99991231T000000"), "%Y%m%dT%H%M%S")
    found = [t for t in itertools.chain([first], found) if t < before and t <= until]
    return found[: int(limits.get("COUNT", len(found)))]


@st.composite
def rules(draw):
    first = draw(st.datetimes(datetime(1970, 1, 2), datetime(2240, 1, 1))).replace(microsecond=0)
    parts = {"FREQ": draw(st.sampled_from(["DAILY", "WEEKLY"]))}
    parts["INTERVAL"] = str(draw(st.one_of(st.integers(1, 4), st.integers(1, 400))))
    days = draw(st.lists(st.sampled_from(WEEKDAYS), unique=True))
    if days:
        parts["BYDAY"] = ",".join(days)
    limit = draw(st.sampled_from([None, "COUNT", "UNTIL"]))
    if limit == "COUNT":
        parts["COUNT"] = str(draw(st.one_of(st.integers(1, 5), st.integers(1, 3000))))
    elif limit == "UNTIL":
        until = first + timedelta(days=draw(st.integers(0, 4000)), hours=draw(st.integers(0, 23)))
        parts["UNTIL"] = until.strftime("%Y%m%dT%H%M%S")
    order = draw(st.permutations(list(parts)))
    return first, {k: parts[k] for k in order}


@few
@given(
    rules(),
    st.one_of(st.integers(1, DAY), st.integers(1, 366 * DAY)),
    st.integers(-400 * DAY, 3000 * DAY),
    st.integers(0, 1000 * DAY),
)
def test_expand_is_what_dateutil_says(rule, duration_ns, delay_ns, span_ns):
    first, parts = rule
    first_ns = nanoseconds(first)
    from_ns = max(0, first_ns + delay_ns)
    to_ns = from_ns + span_ns
    want = [
        (nanoseconds(t), nanoseconds(t) + duration_ns)
        for t in occurrences(parts, first, EPOCH + timedelta(microseconds=to_ns // 1000 + 1))
    ]
    want = [(a, b) for a, b in want if a < to_ns and b > from_ns and from_ns < to_ns]
    text = ";".join(f"{k}={v}" for k, v in parts.items())
    assert expanded(text, first_ns, duration_ns, from_ns, to_ns) == want


def test_a_rule_in_local_time():
    """Saturdays at 2 in Berlin, in March and October 2026: in UTC the hour moves, as it should."""
    first, to = datetime(2026, 3, 21, 2), datetime(2026, 11, 1)
    periods = expanded("FREQ=WEEKLY", nanoseconds(first), HOUR, 0, nanoseconds(to))
    hours = []
    for start_ns, _ in periods:
        wall = EPOCH + timedelta(seconds=start_ns // S)
        hours.append(wall.replace(tzinfo=zone("Europe/Berlin")).astimezone(timezone.utc).hour)
    assert hours == [1] * 2 + [0] * 30 + [1]
