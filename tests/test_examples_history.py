"""docs/examples/heat_map against the same day computed from sorted lists."""

import re
import subprocess

from conftest import BUILD

MS = 10**6
BANDS = [25, 50, 100, 200, 400, 800, 1600]
HOUR = re.compile(r"(\d\d):00  last hour: p50 +(\d+) ms, p99 +(\d+) ms")
HOURS, PER_MINUTE, SLOW_HOUR = 24, 120, 14


def day():
    """The latencies of each hour in nanoseconds, as the example makes them up."""
    state, hours = 42, []
    for hour in range(HOURS):
        values = []
        for _ in range(60 * PER_MINUTE):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            ns = (20 + (state >> 40) % 100) * MS
            factor = 1 if state >> 34 & 63 else 10
            values.append(ns * factor * (4 if hour == SLOW_HOUR else 1))
        hours.append(sorted(values))
    return hours


def nearest_rank(values, percent):
    return values[-(-percent * len(values) // 100) - 1]


def shade(in_band, everything):
    if in_band == 0:
        return " "
    percent = 100 * in_band // everything
    return next(
        (s for limit, s in ((1, "."), (5, "-"), (20, "+"), (50, "*")) if percent < limit), "#"
    )


def test_heat_map():
    run = subprocess.run(
        [BUILD / "examples" / "heat_map"], capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    hours = day()
    assert len(lines) == HOURS + len(BANDS) + 1
    for hour, line in enumerate(lines[:HOURS]):
        begin, p50, p99 = HOUR.fullmatch(line).groups()
        assert int(begin) == hour + 1
        for percent, shown in ((50, int(p50)), (99, int(p99))):
            true = nearest_rank(hours[hour], percent)
            assert true // MS <= shown <= true * 2 ** (1 / 64) / MS
    for band, line in enumerate(reversed(lines[HOURS:])):
        row = []
        for values in hours:
            low = BANDS[band - 1] * MS if band > 0 else -1
            high = BANDS[band] * MS if band < len(BANDS) else 10**18
            row.append(shade(sum(low < v <= high for v in values), len(values)))
        assert line[line.index("|") :] == "|" + "".join(row) + "|"
