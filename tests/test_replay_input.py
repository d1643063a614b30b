"""slo_replay on hostile and on awkward input.

It never crashes, every line is an event or counted as unparsed, what it prints for machines is
JSON, and what it cannot use it says in one line. Windows, late lines and alerts are compared with
slow models over the same events.
"""

import bisect
import datetime
import gzip
import itertools
import json
import os
import pathlib
import random
import subprocess

import pytest
from conftest import BUILD, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

S = 10**9
MINUTE, HOUR, DAY = 60 * S, 3600 * S, 86400 * S
T0 = 1431857100  # 2015-05-17T10:05:00Z
TIME_MAX_NS = 9214646399999999999
SPANS = [5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY]
# name, long, short, factor, severity: the workbook over 30 days
TIERS = [
    ("1h/5m", HOUR, 5 * MINUTE, 14_400_000, "page"),
    ("6h/30m", 6 * HOUR, 30 * MINUTE, 6_000_000, "page"),
    ("1d/2h", DAY, 2 * HOUR, 3_000_000, "ticket"),
    ("3d/6h", 3 * DAY, 6 * HOUR, 1_000_000, "ticket"),
]
SANITIZED = any(name in str(BUILD) for name in ("asan", "tsan"))
ENVIRONMENT = {
    **os.environ, "LC_ALL": "C", "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99",
}  # fmt: skip


# ---- running it ----


def run(binary, *options, stdin=b"", **environment):
    done = subprocess.run(
        [binary, *map(str, options)],
        input=stdin,
        capture_output=True,
        env={**ENVIRONMENT, **environment},
        timeout=120,
    )
    assert done.returncode in (0, 1, 2), (done.returncode, done.stderr)
    assert b"Sanitizer" not in done.stderr and b"runtime error" not in done.stderr, done.stderr
    assert (done.returncode == 0) == (done.stderr == b""), done.stderr
    return done


def one_message(done, code):
    """The one line that says why there is no report."""
    assert done.returncode == code, done
    text = done.stderr.decode()
    assert text.startswith("slo_replay: ") and text.endswith("\n") and text.count("\n") == 1, text
    assert text[:-1].isprintable(), text
    return text


def no_constant(name):
    raise AssertionError(f"{name} is no JSON")


def parse(done):
    answer = json.loads(done.stdout, parse_constant=no_constant)
    assert answer["unparsed"] <= answer["lines"]
    for slo in answer["slos"]:
        valid, bad, budget_ppb = slo["valid"], slo["bad"], 10**9 - slo["objective_ppb"]
        assert valid == slo["good"] + bad
        assert slo["budget"]["allowed"] == budget_ppb * valid // 10**9
        if valid:
            consumed = bad * 10**15 // (budget_ppb * valid)
            assert slo["budget"]["consumed_ppm"] == consumed
            assert slo["budget"]["remaining_ppm"] == 10**6 - consumed
        else:
            assert slo["budget"]["consumed_ppm"] is slo["budget"]["remaining_ppm"] is None
        for window in slo["windows"]:
            assert 0 <= window["bad"] <= window["valid"]
            assert 0 <= window["covered_ns"] <= window["span_ns"]
            assert (window["burn_ppm"] is None) == (window["valid"] == 0)
        for alert in slo["alerts"]:
            assert alert["from_ns"] <= alert["to_ns"] and alert["tiers"]
    return answer


def events_of(slo):
    return slo["valid"] + slo["excluded"]


def lines_of(data):
    """The lines that could hold an event: not empty ones."""
    lines = data.split(b"\n")
    return [x for x in (x[:-1] if x.endswith(b"\r") else x for x in lines) if x]


def replay(binary, data, *options, header=0, counts=False):
    """The answer to `data`; every line of it is one event, or unparsed."""
    done = run(binary, "--json", *options, stdin=data)
    assert done.returncode == 0, done.stderr
    answer = parse(done)
    assert answer["lines"] == len(lines_of(data)) - header
    if not counts:
        for slo in answer["slos"]:
            assert answer["lines"] == answer["unparsed"] + events_of(slo)
    return answer


def replay_csv(binary, data, *options, **how):
    return replay(binary, data, "--format", "csv", *options, header=1, **how)


def nothing(binary, data, *options, header=0):
    """No line of `data` is an event: said on stderr, and the JSON is there all the same."""
    done = run(binary, "--json", *options, stdin=data)
    lines = len(lines_of(data)) - header
    assert f"no event in {lines} lines" in one_message(done, 1)
    answer = parse(done)
    assert (answer["lines"], answer["unparsed"]) == (lines, lines)
    for slo in answer["slos"]:
        assert (events_of(slo), slo["first_ns"], slo["last_ns"]) == (0, None, None)
        assert (slo["alerts"], slo["late"]) == ([], 0)
    text = run(binary, *options, stdin=data)
    assert (text.stdout, text.stderr, text.returncode) == (b"", done.stderr, 1)


# ---- lines ----


def clock(t, zone="+0000"):
    """17/May/2015:10:05:00 +0000"""
    minutes = int(zone[:3]) * 60 + int(zone[0] + zone[3:])
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=t, minutes=minutes)
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[moment.month - 1]
    return f"{moment:%d}/{month}/{moment:%Y:%H:%M:%S} {zone}"


def line(
    t=T0, status=200, *, host="192.0.2.1", user="-", request="GET / HTTP/1.1", time=None,
    zone="+0000", end=' 512 "-" "test/1.0"',
):  # fmt: skip
    text = f'{host} - {user} [{time or clock(t, zone)}] "{request}" {status}{end}'
    return text.encode("utf-8", "surrogateescape")


def log(*lines):
    return b"".join(x + b"\n" for x in lines)


GOOD = line()


def csv(header, *rows):
    return "".join(f"{x}\n" for x in (header, *rows)).encode()


def log_of(events):
    """Of (seconds, bad) pairs."""
    return log(*(line(t, 500 if bad else 200) for t, bad in events))


# ---- nothing and garbage ----


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n\n", b"\r\n\r\n", b"\n" * 100000])
def test_no_lines(replay_binary, data):
    nothing(replay_binary, data)
    done = run(replay_binary, "--json", "--format", "csv", stdin=data)
    assert done.stdout == b""
    one_message(done, 1)


GARBAGE = {
    "all bytes": bytes(range(256)),
    "all bytes, many times": bytes(range(256)) * 300,
    "random": random.Random(1).randbytes(200_000),
    "nul": b"\0",
    "nuls": b"\0" * 5000,
    "nul lines": b"\0\n" * 50,
    "no newline": b"x" * 1000,
    "spaces": b"   \n \n",
    "a bracket": b"[",
    "only a time": b"[17/May/2015:10:05:00 +0000]",
    "open request": b'- - - [17/May/2015:10:05:00 +0000] "',
    "quotes": b'- - - [17/May/2015:10:05:00 +0000] """"""""""""""""""""',
    "utf-16": "192.0.2.1 - -".encode("utf-16"),
    "json": b'{"status": 200, "time": "2015-05-17T10:05:00Z"}\n',
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage(replay_binary, name):
    data = GARBAGE[name]
    nothing(replay_binary, data)
    nothing(replay_binary, b"ts_ms,status\n" + data, "--format", "csv", header=1)
    # alone it is nothing; among good lines it takes none of them away
    answer = replay(replay_binary, GOOD + b"\n" + data + b"\n" + GOOD)
    assert answer["slos"][0]["valid"] == 2
    # as a header it is refused
    assert run(replay_binary, "--format", "csv", stdin=data + b"\n" + GOOD).returncode == 1


def test_nul_bytes_in_lines(replay_binary):
    for i in range(len(GOOD) + 1):
        data = log(GOOD, GOOD[:i] + b"\0" + GOOD[i:], GOOD)
        assert 2 <= events_of(replay(replay_binary, data)["slos"][0]) <= 3
    nothing(
        replay_binary, log(GOOD[: GOOD.index(b"May")] + b"\0\0\0" + GOOD[GOOD.index(b"May") + 3 :])
    )


def test_a_time_of_nul_bytes(replay_binary):
    """Not the epoch, although no time was read before it."""
    no_time = b"192.0.2.1 - - [" + b"\0" * 26 + b'] "GET / HTTP/1.1" 200 5'
    nothing(replay_binary, log(no_time))
    answer = replay(replay_binary, log(no_time, no_time, GOOD, GOOD))
    assert (answer["unparsed"], answer["slos"][0]["valid"]) == (2, 2)
    assert answer["slos"][0]["first_ns"] == T0 * S


def test_every_truncation_of_the_last_line(replay_binary):
    whole = line(T0 + 1, 503, end=' 512 "-" "test/1.0" 0.123')
    status_end = whole.index(b"503") + 3
    for n in range(1, len(whole) + 1):
        slo = replay(replay_binary, log(GOOD) + whole[:n])["slos"][0]
        assert (slo["valid"], slo["bad"]) == ((2, 1) if n >= status_end else (1, 0)), whole[:n]
    whole = b"1431857101000,503,123"
    for n in range(1, len(whole) + 1):
        data = b"ts_ms,status,latency_ns\n1431857100000,200,100\n" + whole[:n]
        slo = replay_csv(replay_binary, data)["slos"][0]
        assert slo["valid"] == (2 if n > whole.index(b",") + 1 else 1), whole[:n]


@pytest.mark.parametrize("size", [200_000, 262_143, 262_144, 262_145, 1_000_000, 10_000_000])
def test_long_lines(replay_binary, size):
    agent = line(T0 + 1, 500, end=' 5 "-" "' + "x" * (size - 85) + '"')
    junk = b"x" * size
    for long in (agent, junk):
        for data in (
            log(GOOD, long, GOOD, line(T0 + 2)),
            log(long, GOOD, GOOD, line(T0 + 2)),
            log(GOOD, GOOD, line(T0 + 2)) + long,
            log(GOOD, long, GOOD) + long[:-1] + b"\r\n" + line(T0 + 2),
        ):
            slo = replay(replay_binary, data)["slos"][0]
            assert slo["good"] == 3
            if long is junk or size >= 1_000_000:
                assert slo["bad"] == 0
            elif size == 200_000:
                assert slo["bad"] >= 1
    nothing(replay_binary, junk)
    data = (
        b"ts_ms,status,note\n1431857100000,200,\n1431857100000,200," + junk + b"\n1431857100000,500"
    )
    slo = replay_csv(replay_binary, data)["slos"][0]
    assert slo["bad"] == 1 and slo["good"] == (2 if size == 200_000 else slo["good"])
    if size >= 1_000_000:
        done = run(replay_binary, "--format", "csv", stdin=junk + b"\n1431857100000,500")
        assert "header is too long" in one_message(done, 1)


def test_line_ends(replay_binary):
    lines = [line(T0 + i, 500 if i % 7 == 0 else 200) for i in range(50)]
    want = replay(replay_binary, log(*lines), "--at", f"{T0 + 300}s")
    for data in (
        b"\r\n".join(lines) + b"\r\n",
        b"\n".join(lines),
        b"\r\n".join(lines),
        b"\n\n".join(lines),
        b"\n" + b"\r\n\r\n".join(lines),
    ):
        assert replay(replay_binary, data, "--at", f"{T0 + 300}s") == want
    rows = [f"{(T0 + i) * 1000},{500 if i % 7 == 0 else 200}" for i in range(50)]
    for end in ("\n", "\r\n", "\n\n"):
        for last in ("", end):
            data = (end.join(["ts_ms,status", *rows]) + last).encode()
            assert replay_csv(replay_binary, data, "--at", f"{T0 + 300}s") == want


# ---- what is no log at all ----


def test_gzip(replay_binary, tmp_path):
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(log(GOOD) * 100))
    for options in ((), ("--format", "csv"), ("--json",)):
        done = run(replay_binary, *options, path)
        message = one_message(done, 1)
        assert done.stdout == b""
        assert str(path) in message and "compressed" in message and "zcat" in message
        piped = one_message(run(replay_binary, *options, stdin=path.read_bytes()), 1)
        assert "compressed" in piped and "zcat" in piped


@pytest.mark.parametrize("options", [(), ("--json",), ("--format", "csv")])
def test_no_file(replay_binary, tmp_path, options):
    for path, why in (
        (tmp_path / "missing.log", "No such file"),
        (tmp_path, "directory"),
        (tmp_path / "missing" / "x", "No such file"),
        ("", "No such file"),
    ):
        done = run(replay_binary, *options, path)
        message = one_message(done, 1)
        assert str(path) in message and why in message and done.stdout == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_full_disk(replay_binary, options):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [replay_binary, *options],
            input=log(GOOD),
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
    assert "cannot be written" in one_message(done, 1)


def test_stdin(replay_binary, tmp_path):
    data = log_of((T0 + i, i % 10 == 0) for i in range(500))
    path = tmp_path / "-log"
    path.write_bytes(data)
    want = run(replay_binary, "--json", path).stdout
    assert parse(run(replay_binary, "--json", path))["slos"][0]["bad"] == 50
    assert run(replay_binary, "--json", stdin=data).stdout == want
    assert run(replay_binary, "--json", "-", stdin=data).stdout == want
    assert run(replay_binary, "-", "--json", stdin=data).stdout == want
    assert run(replay_binary, "--json", "--", path).stdout == want


def test_help_and_version(replay_binary):
    usage = run(replay_binary, "--help")
    assert usage.returncode == 0 and usage.stdout.startswith(b"usage: slo_replay")
    for name in (b"--format", b"--objective", b"--bad", b"--threshold-ms", b"--window", b"--step",
                 b"--slack", b"--at", b"--json"):  # fmt: skip
        assert name in usage.stdout
    version = run(replay_binary, "--version")
    header = (ROOT / "include" / "slo" / "version.h").read_text()
    assert f'"{version.stdout.split()[-1].decode()}"' in header


# ---- the ends of time ----


@pytest.mark.parametrize("text, moment_ns", [
    ("01/Jan/1970:00:00:00 +0000", 0),
    ("01/Jan/1970:01:00:00 +0100", 0),
    ("01/Jan/1970:00:59:59 +0100", None),
    ("31/Dec/1969:23:59:59 +0000", None),
    ("31/Dec/2261:23:59:59 +0000", 9214646399 * S),
    ("31/Dec/2261:23:59:60 +0000", None),
    ("31/Dec/2261:23:59:59 -0001", None),
    ("01/Jan/2262:00:00:00 +0000", None),
    ("01/Jan/9999:00:00:00 +0000", None),
    ("01/Jan/0000:00:00:00 +0000", None),
    ("29/Feb/2016:00:00:00 +0000", 1456704000 * S),
    ("29/Feb/2015:00:00:00 +0000", None),
    ("30/Jun/2015:23:59:60 +0000", 1435708800 * S),
    ("30/Jun/2015:23:59:61 +0000", None),
    ("17/May/2015:24:00:00 +0000", None),
    ("17/May/2015:10:60:00 +0000", None),
    ("00/May/2015:10:05:00 +0000", None),
    ("32/May/2015:10:05:00 +0000", None),
    ("17/may/2015:10:05:00 +0000", None),
    ("17/Foo/2015:10:05:00 +0000", None),
    ("17/ayJ/2015:10:05:00 +0000", None),
    ("17/May/2015:10:05:00 +0060", None),
    ("17/May/2015:10:05:00 +2400", None),
    ("17/May/2015:10:05:00 *0000", None),
    ("17/May/2015:10:05:00 +00:0", None),
    ("17/May/2015:10:05:00 +000", None),
    ("17/May/2015:10:05:00", None),
    ("17/May/-015:10:05:00 +0000", None),
    ("+7/May/2015:10:05:00 +0000", None),
    ("17-May-2015:10:05:00 +0000", None),
    ("2015-05-17T10:05:00+00:00x", None),
])  # fmt: skip
def test_combined_times(replay_binary, text, moment_ns):
    data = log(line(time=text))
    if moment_ns is None:
        nothing(replay_binary, data)
    else:
        for status, bad in ((200, 0), (500, 1)):
            slo = replay(replay_binary, log(line(time=text, status=status)))["slos"][0]
            assert (slo["valid"], slo["bad"], slo["late"]) == (1, bad, 0)
            assert slo["first_ns"] == slo["last_ns"] == moment_ns


@pytest.mark.parametrize("column, unit", [("ts_ns", 1), ("ts_ms", 10**6)])
def test_csv_times(replay_binary, column, unit):
    for value in (0, 1, TIME_MAX_NS // unit - 1, TIME_MAX_NS // unit):
        for counted in ("status,200", "valid,bad,1,0"):
            names, _, values = counted.partition(",")
            if counted.startswith("valid"):
                names, values = "valid,bad", "1,0"
            data = csv(f"{column},{names}", f"{value},{values}")
            slo = replay_csv(replay_binary, data, "--at", f"{TIME_MAX_NS}ns")["slos"][0]
            assert (slo["valid"], slo["first_ns"], slo["last_ns"]) == (
                1,
                value * unit,
                value * unit,
            )
    for value in (
        -1, -(10**18), TIME_MAX_NS // unit + 1, 2**63 - 1, 2**63, 2**64, 2**64 + T0 * 1000, 10**40,
        "", "-", "--5", "+5", "1e3", "0x10", "1.5", "now", "١٢",
    ):  # fmt: skip
        nothing(replay_binary, csv(f"{column},status", f"{value},200"), "--format", "csv", header=1)


@pytest.mark.parametrize("step", ["1s", "60s", "5m"])
def test_both_ends_of_time_in_one_log(replay_binary, step):
    """From 1970 to 2261 in one step: two lines agree on each, so neither is a broken clock."""
    rows = [f"{t},{status}" for t in (0, TIME_MAX_NS) for status in (200, 500)]
    slo = replay_csv(replay_binary, csv("ts_ns,status", *rows), "--step", step)["slos"][0]
    assert (slo["valid"], slo["bad"], slo["late"]) == (4, 2, 0)
    assert (slo["first_ns"], slo["last_ns"]) == (0, TIME_MAX_NS)


def test_zones(replay_binary):
    zones = [
        "+0000",
        "-0000",
        "+0200",
        "-0700",
        "+1400",
        "-1200",
        "+0530",
        "-0330",
        "+2359",
        "-2359",
    ]
    slo = replay(replay_binary, log(*(line(T0, zone=zone) for zone in zones)))["slos"][0]
    assert (slo["valid"], slo["first_ns"], slo["last_ns"]) == (len(zones), T0 * S, T0 * S)
    # the clock goes back an hour in autumn: the zone says so
    times = ["25/Oct/2015:02:59:59 +0200", "25/Oct/2015:02:00:00 +0100"]
    slo = replay(replay_binary, log(*(line(time=x) for x in times)), "--slack", "0s")["slos"][0]
    assert (slo["last_ns"] - slo["first_ns"], slo["late"]) == (S, 0)


YEAR = 366 * 86400


@pytest.mark.parametrize("wrong", [0, 1, T0 - YEAR - 1, T0 + YEAR + 1000, 9214646399])
@pytest.mark.parametrize("place", [0, 1, 50, 99, 100])
def test_one_wrong_clock(replay_binary, wrong, place):
    events = [(T0 + i, i % 5 == 0) for i in range(100)]
    at = ("--at", f"{T0 + 120}s")
    want = replay(replay_binary, log_of(events), *at)
    events.insert(place, (wrong, True))
    answer = replay(replay_binary, log_of(events), *at)
    assert (answer["lines"], answer["unparsed"]) == (101, 1)
    assert answer["slos"] == want["slos"]
    assert (
        b"1 of them over a year from their neighbours"
        in run(replay_binary, stdin=log_of(events)).stdout
    )


def test_many_wrong_clocks(replay_binary):
    """Alternating ones too, as long as no two in a row agree."""
    events = [(T0 + i, False) for i in range(40)]
    for i in range(39, 0, -3):
        events.insert(i, (T0 - (1 + i % 3) * 2 * YEAR, True))
    slo = replay(replay_binary, log_of(events))["slos"][0]
    assert (slo["valid"], slo["bad"], slo["late"]) == (40, 0, 0)
    # one after another from the first line on, each in a year of its own
    events = [(T0 + i, False) for i in range(10)]
    for i in range(5, -1, -1):
        events.insert(i, (T0 + (i - 9) * 2 * YEAR, True))
    slo = replay(replay_binary, log_of(events))["slos"][0]
    assert (slo["valid"], slo["bad"], slo["late"], slo["first_ns"]) == (10, 0, 0, T0 * S)
    # garbage in between does not make a neighbour
    data = log(GOOD, GOOD, b"garbage", line(0, 500), b"garbage", GOOD, b"", line(0, 500))
    answer = replay(replay_binary, data)
    assert (answer["unparsed"], answer["slos"][0]["good"], answer["slos"][0]["bad"]) == (4, 3, 0)


def test_nobody_to_ask(replay_binary):
    """One line, or two that are years apart, are the whole log: nothing speaks against them."""
    for events in ([(T0, True)], [(T0, True), (T0 + 2 * YEAR, True)]):
        answer = replay(replay_binary, log_of(events))
        assert (answer["unparsed"], answer["slos"][0]["bad"]) == (0, len(events))
        assert answer["slos"][0]["last_ns"] == events[-1][0] * S


def test_a_year_of_silence_is_no_wrong_clock(replay_binary):
    events = [(T0, False), (T0 + 1, False), (T0 + 2 * YEAR, True), (T0 + 2 * YEAR + 1, True)]
    slo = replay(replay_binary, log_of(events))["slos"][0]
    assert (slo["valid"], slo["bad"], slo["late"]) == (4, 2, 0)
    assert slo["last_ns"] == (T0 + 2 * YEAR + 1) * S


# ---- options ----

SEVENTEEN = " || ".join(["status==1"] * 17)
BAD_OPTIONS = [(option, value) for option, values in {
    "--format": ["", "xml", "CSV", "combined "],
    "--objective": ["", "0", "100", "100.0", "101", "abc", "99,9", "-1", "99.99999999", "1e2", "%"],
    "--bad": ["", "x", "status", "status=500", "status>=500 &&", "status>=500 ||", "latency>300",
              SEVENTEEN],
    "--threshold-ms": ["", "0", "0.0", "-5", "abc", "1e3", "0.0000001", "86400000.1", "5ms", ".",
                       ".5", "99999999999999999999"],
    "--window": ["", "0s", "59m", "367d", "30", "1mo", "-1d", "9999999999999d", "3601s", "1h1s"],
    "--step": ["", "0s", "500ms", "6m", "7s", "301s", "60", "-60s", "1m1s"],
    "--slack": ["", "-1s", "25h", "5", "1", "x"],
    "--at": ["", "1431894420", "yesterday", "2015-05-17", "2015-13-01T00:00:00Z",
             "2300-01-01T00:00:00Z", "-5s", "1431894420sx", "1431894420m", "2015-05-17T10:05:00",
             "99999999999999999999s"],
}.items() for value in values]  # fmt: skip


@pytest.fixture(scope="session")
def good_log(tmp_path_factory):
    path = tmp_path_factory.mktemp("input") / "good.log"
    path.write_bytes(log(GOOD, GOOD))
    return path


@pytest.mark.parametrize("option, value", BAD_OPTIONS)
def test_bad_option(replay_binary, good_log, option, value):
    """Exit code 2 and one line that names the option and what it was."""
    for arguments in ((option, value), (f"{option}={value}",)):
        done = run(replay_binary, *arguments, good_log)
        message = one_message(done, 2)
        assert done.stdout == b""
        assert option in message
        assert value in message


def test_bad_options_together(replay_binary, good_log):
    """Whatever else is wrong or right: 2, and one line about one of them."""
    one_each = {option: value for option, value in reversed(BAD_OPTIONS) if value}
    for a, b in itertools.permutations(one_each.items(), 2):
        message = one_message(run(replay_binary, *a, *b, good_log), 2)
        assert a[0] in message or b[0] in message
    for option, value in one_each.items():
        for right in (("--json",), ("--format", "csv"), ("--at", "1431894420s"), ("--step", "30s")):
            if right[0] != option:
                for arguments in ((*right, option, value), (option, value, *right)):
                    done = run(replay_binary, *arguments, good_log)
                    if right[1:] == ("csv",) and option == "--bad":
                        assert done.returncode in (1, 2)  # the file is no csv either
                    else:
                        assert option in one_message(done, 2)


@pytest.mark.parametrize("arguments, named", [
    (("--foo",), "--foo"),
    (("--foo=1",), "--foo"),
    (("--at",), "--at"),
    (("--json=1",), "--json"),
    (("--s", "5s"), "--s"),
    (("-x",), "x"),
])  # fmt: skip
def test_unknown_option(replay_binary, good_log, arguments, named):
    done = run(replay_binary, good_log, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert named in done.stderr.decode().splitlines()[0]


def test_other_misuse(replay_binary, good_log):
    message = one_message(run(replay_binary, good_log, good_log), 2)
    assert "FILE" in message
    message = one_message(run(replay_binary, *["--at", "5s"] * 4097, good_log), 2)
    assert "--at" in message and "4096" in message
    assert run(replay_binary, *["--at", "5s"] * 4096, good_log).returncode == 0
    for header, row in (("ts_ms,status", "5,200"), ("ts_ms,valid,bad", "5,1,0"),
                        ("ts_ms,valid,bad,latency_ns", "5,1,0,5")):  # fmt: skip
        data = csv(header, row)
        done = run(replay_binary, "--format", "csv", "--threshold-ms", "300", stdin=data)
        assert "--threshold-ms" in one_message(done, 2) and done.stdout == b""


def test_good_options(replay_binary):
    """The ends of every range are in it."""
    data = log(GOOD, line(status=500))
    for options in (
        ("--objective", "0.0000001"), ("--objective", "99.9999999"), ("--objective", "99.9%"),
        ("--window", "1h"), ("--window", "366d"), ("--window", "4w"), ("--window", "1h5m"),
        ("--step", "1s"), ("--step", "5m"), ("--step", "300s"), ("--step", "1500ms"),
        ("--slack", "0s"), ("--slack", "1d"), ("--slack", "24h", "--step", "1s"),
        ("--threshold-ms", "0.000001"), ("--threshold-ms", "86400000"), ("--threshold-ms", "300.5"),
        ("--bad", " || ".join(["status==500"] * 16)), ("--at", "0s"), ("--at", f"{TIME_MAX_NS}ns"),
    ):  # fmt: skip
        slo = replay(replay_binary, data, *options)["slos"][0]
        assert (slo["valid"], slo["bad"]) == (2, 1), options
        assert run(replay_binary, *options, stdin=data).returncode == 0


# ---- csv ----


@pytest.mark.parametrize("columns", list(itertools.permutations(["ts_ms", "status", "latency_ns"])))
def test_columns_in_any_order(replay_binary, columns):
    rows = [
        {"ts_ms": T0 * 1000 + i, "status": 500 if i < 3 else 200, "latency_ns": i * 10**8}
        for i in range(10)
    ]
    data = csv(",".join(columns), *(",".join(str(row[c]) for c in columns) for row in rows))
    answer = replay_csv(replay_binary, data, "--threshold-ms", "300")
    assert [slo["bad"] for slo in answer["slos"]] == [3, 6]
    assert answer["slos"][0]["latency"]["sum_ns"] == 45 * 10**8
    assert answer["slos"][0]["last_ns"] == (T0 * 1000 + 9) * 10**6


@pytest.mark.parametrize("header, row", [
    ("\ufeffts_ms,status", "{ms},500"),
    ('\ufeff"ts_ms","status"', '"{ms}","500"'),
    ('"ts_ms","status"', "{ms},500"),
    ("ts_ms,status", '"{ms}","500"'),
    (" ts_ms , status ", "{ms},500"),
    ("ts_ns,status", "{ms}000000,500"),
    ("path,ts_ms,method,status,size", "/,{ms},GET,500,5"),
    ('path,ts_ms,status', '"/a,b",{ms},500'),
    ('path,ts_ms,status', '"a ""quoted"", path",{ms},500'),
    ('path,ts_ms,status', '"",{ms},500'),
    ('path,ts_ms,status', ',{ms},500'),
    ('"a,b",ts_ms,status', '1,{ms},500'),
    ("ts_ms,status,a,b,c", "{ms},500"),
    ("ts_ms,status", "{ms},500,extra,fields,,,"),
    ("ts_ms,status,", "{ms},500,"),
    (",ts_ms,status", ",{ms},500"),
    ("ts_ms,status," + ",".join(f"c{i}" for i in range(1000)), "{ms},500," + "," * 999),
    ("ts_ms,status,latency_ns", "{ms},500,"),
    ("ts_ms,status,latency_ns", "{ms},500"),
    ("ts_ms,valid,bad", "{ms},1,1"),
    ("bad,valid,ts_ms", "1,1,{ms}"),
    ("ts_ms,status,valid,bad", "{ms},200,1,1"),
    ("ts_ms,status,valid,bad", "{ms},,1,1"),
    ("ts_ms\r,status".replace("\r", ""), "{ms},500\r"),
])  # fmt: skip
def test_csv_variants(replay_binary, header, row):
    data = csv(header, row.format(ms=T0 * 1000), row.format(ms=T0 * 1000 + 1))
    slo = replay_csv(replay_binary, data, counts="valid" in header)["slos"][0]
    assert (slo["valid"], slo["bad"]) == (2, 2)
    assert (slo["first_ns"], slo["last_ns"]) == (T0 * S, T0 * S + 10**6)


@pytest.mark.parametrize("header, named", [
    ("", "ts_ms"),
    ("status", "ts_ms"),
    ("time,status", "ts_ms"),
    ("ts_msx,status", "ts_ms"),
    ("ts_ms;status", "ts_ms"),
    ("ts_ms\tstatus", "ts_ms"),
    ("ts_ms", "status"),
    ("ts_ms,latency_ns", "status"),
    ("ts_ms,valid", "bad"),
    ("ts_ms,bad", "valid"),
    ("ts_ms,status,valid", "bad"),
    ("ts_ms,status,bad", "valid"),
    ("1431857100000,200", "ts_ms"),
])  # fmt: skip
def test_csv_header_lacks_something(replay_binary, header, named):
    done = run(replay_binary, "--json", "--format", "csv", stdin=csv(header, "5,200"))
    assert named in one_message(done, 1) and done.stdout == b""


@pytest.mark.parametrize("row", [
    "{ms}", "{ms},", ",200", ",", "{ms},abc", "{ms},2x", "{ms},200.0", "{ms},2147483648",
    "{ms},-2147483649", "{ms},99999999999999999999", "{ms},0x1f4", "{ms}x,200", "{ms},2 00",
    "{ms};200", "{ms},200,abc", "{ms},200,1.5", "{ms},200,1e3", "{ms},200,99999999999999999999",
    "{ms},200,-", "{ms},,5", "ts_ms,status,latency_ns", "# comment", '"{ms},200', "{ms},'200'",
])  # fmt: skip
def test_csv_rows_that_are_none(replay_binary, row):
    row = row.format(ms=T0 * 1000)
    header = "ts_ms,status,latency_ns"
    nothing(replay_binary, csv(header, row), "--format", "csv", header=1)
    answer = replay_csv(replay_binary, csv(header, "5,500,5", row, "6,200,6", row))
    assert (answer["unparsed"], answer["slos"][0]["valid"], answer["slos"][0]["bad"]) == (2, 2, 1)


def test_csv_latency(replay_binary):
    """Empty: not known. Negative: a clock went back while it was measured, and it is counted."""
    rows = ["5,200,", "5,200,0", "5,200,-1", "5,200,-9000000000000000000", "5,200,300000000",
            "5,500,300000001", "5,200,9000000000000000000", '5,200,""']  # fmt: skip
    data = csv("ts_ms,status,latency_ns", *rows)
    answer = replay_csv(replay_binary, data, "--threshold-ms", "300")
    assert [(x["good"], x["bad"], x["excluded"]) for x in answer["slos"]] == [(7, 1, 0), (4, 2, 2)]
    assert answer["slos"][0]["latency"]["count"] == 6
    assert (
        run(replay_binary, "--format", "csv", "--threshold-ms", "300", stdin=data).returncode == 0
    )
    both = replay_csv(replay_binary, data, "--bad", "latency<0s || status>=500")["slos"][0]
    assert (both["good"], both["bad"], both["excluded"]) == (3, 3, 2)


def test_status_range(replay_binary):
    rows = ["5,-2147483648", "5,-1", "5,0", "5,2147483647"]
    slo = replay_csv(replay_binary, csv("ts_ms,status", *rows), "--bad", "status<0")["slos"][0]
    assert (slo["good"], slo["bad"]) == (2, 2)


@pytest.mark.parametrize("counts, valid, bad", [
    ("0,0", 0, 0),
    ("1,0", 1, 0),
    ("1,1", 1, 1),
    ("1000000000000,0", 10**12, 0),
    ("1000000000000,1000000000000", 10**12, 10**12),
    ("007,003", 7, 3),
    ("1,2", None, None),
    ("0,1", None, None),
    ("-1,0", None, None),
    ("-1,-1", None, None),
    ("5,-1", None, None),
    ("9223372036854775807,0", None, None),
    ("18446744073709551617,1", None, None),
    ("1000000000001,0", None, None),
    (",0", None, None),
    ("1,", None, None),
    ("1", None, None),
    ("1.0,0", None, None),
    ("one,0", None, None),
    ("1,null", None, None),
])  # fmt: skip
def test_counts(replay_binary, counts, valid, bad):
    data = csv("ts_ms,valid,bad", f"{T0 * 1000},{counts}", f"{T0 * 1000},10,5")
    answer = replay_csv(replay_binary, data, counts=True)
    slo = answer["slos"][0]
    assert answer["unparsed"] == (valid is None)
    assert (slo["valid"], slo["bad"], slo["excluded"]) == (10 + (valid or 0), 5 + (bad or 0), 0)


def test_counts_are_the_lines_they_stand_for(replay_binary):
    chance = random.Random(3)
    rows, lines = [], []
    t = T0
    for _ in range(400):
        t += chance.choice([1, 1, 5, 60, 61, 900])
        valid = chance.randrange(6)
        bad = chance.randrange(valid + 1) if chance.random() < 0.2 else 0
        rows.append(f"{t * 1000},{valid},{bad}")
        lines += [f"{t * 1000},{500 if i < bad else 200}" for i in range(valid)]
    at = [x for i in range(8) for x in ("--at", f"{T0 + (t - T0) * i // 7}s")]
    counts = replay_csv(replay_binary, csv("ts_ms,valid,bad", *rows), *at, counts=True)["slos"]
    single = replay_csv(replay_binary, csv("ts_ms,status", *lines), *at)["slos"]
    assert counts[0]["valid"] > 500 and counts[0]["bad"] > 20 and counts[0]["alerts"]
    for slos in (counts, single):  # a row of no events is a moment too
        slos[0].pop("first_ns"), slos[0].pop("last_ns")
    assert counts == single


# ---- combined lines ----


@pytest.mark.parametrize("text, status", [
    ({}, 200),
    ({"request": "-", "status": 408, "end": " -"}, 408),
    ({"request": "", "status": 400, "end": " 0"}, 400),
    ({"request": "GET"}, 200),
    ({"request": "GET /a b c HTTP/1.1"}, 200),
    ({"request": "GET /[a][17/May/2015:10:05:00 +0000] HTTP/1.1"}, 200),
    ({"request": 'GET /\\"quoted\\" HTTP/1.1'}, 200),
    ({"request": 'GET /\\" 500 \\"x HTTP/1.1'}, 200),
    ({"request": '\\" 500 5 \\"-\\" \\"-\\"'}, 200),
    ({"request": 'GET /\\\\\\" 500 5 HTTP/1.1'}, 200),
    ({"request": "\\x16\\x03\\x01\\x02"}, 200),
    ({"request": "\udcff\udcfe\udc80"}, 200),
    ({"request": "GET /" + "a" * 8000}, 200),
    ({"host": "2001:db8::1"}, 200),
    ({"host": "::ffff:192.0.2.1"}, 200),
    ({"host": "host.example"}, 200),
    ({"host": "-"}, 200),
    ({"user": "frank"}, 200),
    ({"user": "John Smith"}, 200),
    ({"user": '\\"bob\\"'}, 200),
    ({"status": 100}, 100),
    ({"status": 599}, 599),
    ({"status": "000"}, 0),
    ({"end": ""}, 200),
    ({"end": " "}, 200),
    ({"end": " -"}, 200),
    ({"end": " 5"}, 200),
    ({"end": ' 5 "http://a/?q=\\"" "agent \\" 500 x"'}, 200),
    ({"end": ' 5 "-" "x" 500 5'}, 200),
    ({"status": 2000}, None),
    ({"status": 20}, None),
    ({"status": ""}, None),
    ({"status": "-"}, None),
    ({"status": "2OO"}, None),
    ({"status": "200x"}, None),
])  # fmt: skip
def test_combined_variants(replay_binary, text, status):
    data = log(line(**text))
    if status is None:
        nothing(replay_binary, data)
    else:
        assert replay(replay_binary, data, "--bad", f"status=={status}")["slos"][0]["bad"] == 1
        assert replay(replay_binary, data, "--bad", f"status!={status}")["slos"][0]["bad"] == 0


def test_a_request_that_ends_with_a_backslash(replay_binary):
    """Apache writes one backslash as two: the quote behind them ends the request."""
    data = log(line(request="GET /\\\\", status=404), line(request="\\\\\\\\", status=404))
    slo = replay(replay_binary, data, "--bad", "status==404")["slos"][0]
    assert (slo["valid"], slo["bad"]) == (2, 2)
    # whoever chooses the agent too must not choose the status
    data = log(line(request="GET /\\\\", status=503, end=' 5 "-" "x\\" 200 y"'))
    assert replay(replay_binary, data)["slos"][0]["bad"] == 1


def test_brackets_before_the_time(replay_binary):
    """A client chooses its user name, and an unparsed line is one that is not counted."""
    data = log(line(user="[x", status=500), line(user="[", status=500), line(host="[2001:db8::1]"),
               line(user="[17/May/2015:10:05:00 +000", status=500))  # fmt: skip
    slo = replay(replay_binary, data)["slos"][0]
    assert (slo["valid"], slo["bad"]) == (4, 3)


@pytest.mark.parametrize("end, latency_ns", [
    (' 5 "-" "test" 0.123', 123_000_000),
    (' 5 "-" "test" 0.000', 0),
    (' 5 "-" "test" 12.5', 12_500_000_000),
    (' 5 "-" "test" 0.001 0.002', 2_000_000),
    (' 5 "-" "test" 0.001, 0.002', 2_000_000),
    (' 5 "-" "test" "-" 0.002', 2_000_000),
    (' 5 "-" "test" 0.1234567891', 123_456_789),
    (" 5 0.25", 250_000_000),
    (" - 0.25", 250_000_000),
    (' 5 "-" "test" 999999.5', 999_999_500_000_000),
    (' 5 "-" "test"', None),
    (' 5 "-" "test" -', None),
    (' 5 "-" "test" 7', None),
    (' 5 "-" "test" 7.', None),
    (' 5 "-" "test" .5', None),
    (' 5 "-" "test" -0.5', None),
    (' 5 "-" "test" 0.5s', None),
    (' 5 "-" "test" 1e-3', None),
    (' 5 "-" "test" 0.5.5', None),
    (' 5 "-" "test" 99999999999999999999.5', None),
    (' 5 "-" "0.5"', None),
    (' 5 "-" "agent 0.5"', None),
    (" 0.5", None),
    ("", None),
])  # fmt: skip
def test_request_time(replay_binary, end, latency_ns):
    """nginx's, in seconds, as the last field; what else stands there is none."""
    data = log(line(end=end))
    answer = replay(replay_binary, data, "--threshold-ms", "123")
    slo = answer["slos"][1]
    want = (
        (0, 0, 1)
        if latency_ns is None
        else (int(latency_ns <= 123 * 10**6), int(latency_ns > 123 * 10**6), 0)
    )
    assert (slo["good"], slo["bad"], slo["excluded"]) == want
    timings = answer["slos"][0].get("latency")
    if latency_ns is None:
        assert timings is None or timings["count"] == 0
    else:
        assert (timings["count"], timings["sum_ns"]) == (1, latency_ns)
    assert run(replay_binary, "--threshold-ms", "123", stdin=data).returncode == 0


# ---- windows, late lines and alerts against slow models ----


class Slices:
    """Counts in (t - W, t], from a sorted list of everything."""

    def __init__(self, events):
        self.events = sorted(events)
        self.times = [t for t, _ in self.events]
        self.bad = [0, *itertools.accumulate(bad for _, bad in self.events)]

    def window(self, at, span):
        low, high = bisect.bisect_right(self.times, at - span), bisect.bisect_right(self.times, at)
        return high - low, self.bad[high] - self.bad[low]


def place(events, step, slack):
    """Where each event is counted, the end of its slice; and how many came late."""
    newest, late, placed = 0, 0, []
    for t, bad in events:
        newest = max(newest, t)
        end = max(-(-t // step), 1) * step
        oldest = max(-(-(newest - slack) // step), 1) * step  # the slice that is still open
        late += end < oldest
        placed.append((max(end, oldest), bad))
    return placed, late


def alerts_of(slices, begin, end, step, objective_ppb):
    """[severity, from, to, tiers] of every run of steps at which a tier holds."""
    runs = []
    for severity in ("page", "ticket"):
        now = None
        tiers = [tier[:4] for tier in TIERS if tier[4] == severity]
        for t in range(begin, end + 1, step):
            holding = set()
            for name, long, short, factor in tiers:
                limit = factor * (10**9 - objective_ppb)
                for span in (long, short):
                    valid, bad = slices.window(t, span)
                    if bad * 10**15 <= limit * valid:
                        break
                else:
                    holding.add(name)
            if holding and now is None:
                now = [severity, t, t, set()]
                runs.append(now)
            if holding:
                now[2] = t
                now[3] |= holding
            else:
                now = None
    return sorted(runs, key=lambda x: (x[0], x[1]))


def alerts_in(slo):
    found = [[a["severity"], a["from_ns"], a["to_ns"], set(a["tiers"])] for a in slo["alerts"]]
    return sorted(found, key=lambda x: (x[0], x[1]))


def csv_of(events):
    return csv("ts_ns,status", *(f"{t},{500 if bad else 200}" for t, bad in events))


def random_events(chance, n):
    t, events = T0 * S + chance.randrange(DAY), []
    for _ in range(n):
        t += chance.choice([0, 1, S // 3, S, 7 * S, 60 * S, chance.randrange(20 * MINUTE)])
        t += -t % S if chance.random() < 0.2 else 0  # some exactly at the edge of a step
        events.append((t, chance.random() < 0.1))
    return events


def random_moments(chance, events):
    first, last = events[0][0], max(t for t, _ in events)
    moments = [chance.randrange(first - HOUR, last + 4 * DAY) for _ in range(6)]
    moments += [chance.randrange(first, last + 1) for _ in range(6)]
    return [*moments, first, last, last + MINUTE, first - MINUTE]


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_within_the_slack(replay_binary, seed):
    """Every window, total and alert as if the lines had come in order."""
    chance = random.Random(seed)
    events = random_events(chance, 400)
    step = chance.choice([1, 10, 60, 300]) * S
    slack = chance.choice([1, 90, 120, 3600, 86400]) * S
    moments = random_moments(chance, events)
    options = ["--step", f"{step // S}s", "--slack", f"{slack // S}s"]
    options += [x for m in moments for x in ("--at", f"{m}ns")]
    order = sorted(events, key=lambda e: e[0] + chance.randrange(slack + 1))
    shuffled = replay_csv(replay_binary, csv_of(order), *options)
    slo = shuffled["slos"][0]
    assert slo["late"] == 0
    assert (slo["valid"], slo["bad"]) == (len(events), sum(bad for _, bad in events))
    slices = Slices(events)
    want = [(m - m % step, span) for m in sorted(moments) for span in SPANS]
    got = [(w["at_ns"], w["span_ns"]) for w in slo["windows"]]
    assert got == want
    for w in slo["windows"]:
        assert (w["valid"], w["bad"]) == slices.window(w["at_ns"], w["span_ns"]), w
    assert replay_csv(replay_binary, csv_of(events), *options) == shuffled


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_beyond_the_slack(replay_binary, seed):
    """Late lines are counted as late, exactly, and in the oldest step that is open."""
    chance = random.Random(100 + seed)
    events = random_events(chance, 400)
    step = chance.choice([10, 60, 300]) * S
    slack = chance.choice([0, 1, 90, 120, 3600]) * S
    moments = random_moments(chance, events)
    options = ["--step", f"{step // S}s", "--slack", f"{slack // S}s"]
    options += [x for m in moments for x in ("--at", f"{m}ns")]
    order = sorted(events, key=lambda e: e[0] + chance.randrange(slack + 2 * HOUR))
    placed, late = place(order, step, slack)
    slo = replay_csv(replay_binary, csv_of(order), *options)["slos"][0]
    assert late > 0
    assert slo["late"] == late
    assert (slo["valid"], slo["bad"]) == (len(events), sum(bad for _, bad in events))
    assert (slo["first_ns"], slo["last_ns"]) == (events[0][0], events[-1][0])
    slices = Slices(placed)
    newest = max(t for t, _ in events)
    for w in slo["windows"]:
        assert (w["valid"], w["bad"]) == slices.window(w["at_ns"], w["span_ns"]), w
    first = min(end for end, _ in placed) - step
    assert alerts_in(slo) == alerts_of(slices, first, newest, step, 999_000_000)


def test_lateness_to_the_nanosecond(replay_binary):
    """A line whose step ended exactly the slack ago is in time, a nanosecond more is late."""
    minute = T0 * S  # a whole minute
    assert minute % MINUTE == 0
    for newest, late in ((minute + 2 * MINUTE, 0), (minute + 2 * MINUTE + 1, 1)):
        slo = replay_csv(replay_binary, csv_of([(newest, False), (minute, True)]))["slos"][0]
        assert (slo["late"], slo["valid"], slo["bad"]) == (late, 2, 1)
    rows = [f"{minute + 2 * MINUTE + 1},1,0", f"{minute},70,7", f"{minute - HOUR},30,0"]
    slo = replay_csv(replay_binary, csv("ts_ns,valid,bad", *rows), counts=True)["slos"][0]
    assert (slo["late"], slo["valid"], slo["bad"]) == (100, 101, 7)


def test_moments_in_every_format(replay_binary):
    data = log_of((T0 + i, i % 9 == 0) for i in range(1000))
    names = ["2015-05-17T10:10:00Z", "2015-05-17 12:10:00+02:00", "2015-05-17t10:10:00.000z",
             "2015-05-17T04:40:00-05:30", "1431857400s", "1431857400000ms", "1431857400000000us",
             "1431857400000000000ns", "2015-05-17T10:10:59.999999999Z", "1431857459s"]  # fmt: skip
    windows = [replay(replay_binary, data, "--at", name)["slos"][0]["windows"] for name in names]
    assert [w["at_ns"] for w in windows[0]] == [1431857400 * S] * len(SPANS)
    # 300 s after the first line: (10:05, 10:10] without the line at 10:05:00 itself
    assert (windows[0][0]["valid"], windows[0][0]["bad"]) == (300, 33)
    assert (windows[0][1]["valid"], windows[0][1]["bad"]) == (301, 34)
    for other in windows[1:]:
        assert other == windows[0]


def test_moments_outside(replay_binary):
    data = log_of((T0 + i, i % 9 == 0) for i in range(1000))
    moments = [0, T0 - 3 * 86400, T0 - 60, T0 + 4000, T0 + 10**6, T0 + 10**8, TIME_MAX_NS // S]
    at = [x for m in reversed(moments) for x in ("--at", f"{m}s")]
    plain = replay(replay_binary, data)["slos"][0]
    slo = replay(replay_binary, data, *at)["slos"][0]
    assert slo["alerts"] == plain["alerts"] and slo["budget"] == plain["budget"]
    assert slo["last_ns"] == plain["last_ns"]
    slices = Slices([((T0 + i) * S, i % 9 == 0) for i in range(1000)])
    assert [w["at_ns"] for w in slo["windows"]] == [
        m * S - m * S % MINUTE for m in moments for _ in SPANS
    ]
    for w in slo["windows"]:
        assert (w["valid"], w["bad"]) == slices.window(w["at_ns"], w["span_ns"])
        if w["at_ns"] < T0 * S - MINUTE:
            assert w["covered_ns"] == 0
    # and with nothing but moments
    done = run(replay_binary, "--json", *at, stdin=b"garbage\n")
    assert len(parse(done)["slos"][0]["windows"]) == len(moments) * len(SPANS)


def test_no_window_is_covered_beyond_its_span(replay_binary):
    """Not by stepping over silence, nor after the end: covered_ns is of the span asked for."""
    data = log_of([(T0, False), (T0 + 60, False), (T0 + 20 * 86400, False)])
    for moment in (T0 + 60, T0 + 86400, T0 + 10 * 86400, T0 + 20 * 86400, T0 + 30 * 86400):
        for window in replay(replay_binary, data, "--at", f"{moment}s")["slos"][0]["windows"]:
            assert 0 <= window["covered_ns"] <= window["span_ns"], (moment - T0, window)


def test_alerts_by_hand(replay_binary):
    """A request a second for three hours; from 1:00 to 1:10 all of them fail.

    At 1:01 there are 60 bad of 3,660: both pages and both tickets hold. 14.4 over 5m lasts to 1:14,
    6 over 30m to 1:39; the tickets' 2h and 6h windows outlast the log.
    """
    day = T0 - T0 % 86400
    events = [(day + i, 3600 < i <= 4200) for i in range(1, 3 * 3600 + 1)]
    slo = replay(replay_binary, log_of(events))["slos"][0]
    assert alerts_in(slo) == [
        ["page", (day + 3660) * S, (day + 99 * 60) * S, {"1h/5m", "6h/30m"}],
        ["ticket", (day + 3660) * S, (day + 3 * 3600) * S, {"1d/2h", "3d/6h"}],
    ]
    assert (slo["valid"], slo["bad"], slo["late"]) == (10800, 600, 0)
    text = run(replay_binary, stdin=log_of(events)).stdout.decode()
    assert "page    2015-05-17 01:01:00 .. 2015-05-17 01:39:00      38m" in text
    assert "still firing" in text
    # three hours more of good ones: the 1d/2h ticket ends at 3:09, the 3d/6h one later still
    events += [(day + i, False) for i in range(3 * 3600 + 1, 8 * 3600 + 1)]
    page, ticket = alerts_in(replay(replay_binary, log_of(events))["slos"][0])
    assert page[1:3] == [(day + 3660) * S, (day + 99 * 60) * S]
    assert ticket == [
        "ticket",
        (day + 3660) * S,
        (day + 6 * 3600 + 4200 - 60) * S,
        {"1d/2h", "3d/6h"},
    ]


@pytest.mark.parametrize("seed", range(6))
def test_alerts_across_silence(replay_binary, seed):
    """Days without a line are stepped over, and nothing changes for it."""
    chance = random.Random(200 + seed)
    step = chance.choice([60, 300]) * S
    events = []
    t = T0 * S
    for gap in (0, 2 * DAY, 3 * DAY, 3 * DAY + MINUTE, 9 * DAY):
        t += gap + chance.randrange(HOUR)
        rate = chance.choice([0.002, 0.02, 0.5])
        for _ in range(150):
            t += chance.randrange(1, 2 * MINUTE)
            events.append((t, chance.random() < rate))
    moments = random_moments(chance, events)
    at = [x for m in moments for x in ("--at", f"{m}ns")]
    slo = replay_csv(replay_binary, csv_of(events), "--step", f"{step // S}s", *at)["slos"][0]
    slices = Slices(events)
    for w in slo["windows"]:
        assert (w["valid"], w["bad"]) == slices.window(w["at_ns"], w["span_ns"]), w
    begin = events[0][0] // step * step
    want = alerts_of(slices, begin, events[-1][0], step, 999_000_000)
    assert want and alerts_in(slo) == want


# ---- any bytes at all ----

FUZZ = settings(
    max_examples=40 if SANITIZED else 80,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OPTIONS = st.sampled_from([
    (), ("--threshold-ms", "5"), ("--step", "5m", "--slack", "0s"), ("--at", f"{T0 + 300}s"),
    ("--objective", "99.9999999", "--bad", "status!=200 || latency>1ms"), ("--window", "1h"),
])  # fmt: skip


def survive(binary, data, options, header):
    """As JSON and as text; the codes agree, and the sums do."""
    done = run(binary, "--json", *options, stdin=data)
    text = run(binary, *options, stdin=data)
    assert (done.returncode, done.stderr) == (text.returncode, text.stderr)
    text.stdout.decode()
    if done.returncode == 0:
        answer = parse(done)
        assert answer["lines"] == len(lines_of(data)) - header
        return answer
    one_message(done, done.returncode)
    return parse(done) if done.stdout else None


def spoiled(lines):
    """A line with a piece cut out and something else put in."""
    return st.builds(
        lambda x, i, n, y: x[: i % (len(x) + 1)] + y + x[i % (len(x) + 1) + n :],
        lines,
        st.integers(0, 200),
        st.integers(0, 30),
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from([b'"', b"\\", b'\\"', b"[", b"]", b" ", b"\0", b'" 500 ']),
        ),
    )


LINES = st.builds(
    line,
    t=st.integers(0, 3 * 86400).map(lambda x: T0 + x),
    status=st.sampled_from([200, 200, 200, 304, 404, 500, 503]),
    request=st.sampled_from(["GET / HTTP/1.1", "-", 'GET /\\"', "\\\\"]),
    zone=st.sampled_from(["+0000", "-0800", "+0530"]),
    end=st.sampled_from(["", " -", ' 5 "-" "-"', ' 5 "-" "-" 0.125', ' 5 "-" "-" 12.000']),
)
FIELDS = st.one_of(
    st.integers(0, 3 * 86400 * 1000).map(lambda x: str(T0 * 1000 + x).encode()),
    st.sampled_from(
        [b"200", b"500", b"", b"0", b"-1", b"5", b'"200"', b'"', b"9223372036854775807", b" 1"]
    ),
    st.integers(-(2**70), 2**70).map(lambda x: str(x).encode()),
    st.binary(max_size=8),
)
HEADERS = st.sampled_from([
    b"ts_ms,status", b"status,ts_ms,latency_ns", b"ts_ms,valid,bad", b'"ts_ns","status"',
    b"\xef\xbb\xbfts_ms,status,x", b"ts_ms,status,valid,bad,latency_ns",
])  # fmt: skip


@FUZZ
@given(data=st.binary(max_size=400), csv_format=st.booleans(), options=OPTIONS)
def test_any_bytes(replay_binary, data, csv_format, options):
    survive(
        replay_binary, data, (*options, *(("--format", "csv") if csv_format else ())), csv_format
    )


@FUZZ
@given(data=st.lists(st.one_of(LINES, LINES, spoiled(LINES), st.binary(max_size=40)), max_size=15),
       options=OPTIONS)  # fmt: skip
def test_any_lines(replay_binary, data, options):
    answer = survive(replay_binary, b"\n".join(data), options, 0)
    for slo in answer["slos"]:
        assert answer["lines"] == answer["unparsed"] + events_of(slo)


@FUZZ
@given(
    header=HEADERS,
    rows=st.lists(st.lists(FIELDS, max_size=6).map(b",".join), max_size=15),
    options=OPTIONS,
)
def test_any_rows(replay_binary, header, rows, options):
    data = b"\n".join([header, *rows])
    answer = survive(replay_binary, data, ("--format", "csv", *options), 1)
    if answer is not None and b"valid" not in header:
        for slo in answer["slos"]:
            assert answer["lines"] == answer["unparsed"] + events_of(slo)


# ---- no memory ----


@pytest.fixture(scope="session")
def fail_malloc():
    if SANITIZED:
        pytest.skip("a sanitizer has an allocator of its own")
    library = pathlib.Path(BUILD) / "tests" / "fail_malloc.so"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(
        ["make", f"BUILD={BUILD}", str(library)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env=environment,
    )
    return str(library)


@pytest.mark.parametrize("rest", ["", "+"])
@pytest.mark.parametrize("how", ["--json", "--window=1h"])
@pytest.mark.parametrize("form", ["combined", "csv"])
def test_no_memory(replay_binary, fail_malloc, rest, how, form):
    """The n-th allocation fails, or it and all after it, for every n: a message, no crash."""
    events = [((T0 + i * 60) * S, i % 180 > 176) for i in range(3600)]  # twenty pages
    data = csv_of(events) if form == "csv" else log_of((t // S, bad) for t, bad in events)
    options = ["--format", form, how, "--at", f"{T0 + 3600}s"]
    if form == "combined":
        options += ["--threshold-ms", "300"]
    want = run(replay_binary, *options, stdin=data)
    assert want.returncode == 0 and want.stdout
    if how == "--json":
        assert len(parse(want)["slos"][0]["alerts"]) > 16  # their list grows twice
    failures, succeeded = 0, 0
    for n in range(1, 200):
        done = run(
            replay_binary, *options, stdin=data, LD_PRELOAD=fail_malloc, FAIL_MALLOC=f"{n}{rest}"
        )
        if done.returncode == 0:
            assert done.stdout == want.stdout  # without a buffer, but whole
            succeeded += 1
            if succeeded == 5:  # beyond the last allocation
                break
            continue
        assert "out of memory" in one_message(done, 1)
        assert done.stdout == b""
        succeeded = 0
        failures += 1
    assert succeeded == 5 and failures >= 8


def test_counts_and_a_rule_do_not_go_together(replay_binary):
    """A csv of counts says itself what is bad: a rule would be ignored, so it is refused."""
    data = b"ts_ms,valid,bad\n1431857100000, 10 , 1\n"
    done = run(replay_binary, "--format", "csv", "--bad", "status>=400", stdin=data)
    assert "--bad" in one_message(done, 2) and "status>=400" in one_message(done, 2)
    slo = replay(replay_binary, data, "--format", "csv", header=1, counts=True)["slos"][0]
    assert (slo["valid"], slo["bad"]) == (10, 1)


def test_time_after_the_end_is_not_measured(replay_binary):
    data = log_of([(T0, False), (T0 + 3600, False)])
    windows = replay(replay_binary, data, "--at", f"{T0 + 2 * 3600}s")["slos"][0]["windows"]
    two_hours = next(w for w in windows if w["span_ns"] == 7200 * S)
    assert two_hours["covered_ns"] == 3600 * S


def test_lines_years_apart_are_events(replay_binary):
    """Ascending lines are far apart, not wrong: a csv with a row every 400 days."""
    rows = "".join(f"{i * 400 * 86400000},100,1\n" for i in range(1, 7))
    data = ("ts_ms,valid,bad\n" + rows).encode()
    answer = replay(replay_binary, data, "--format", "csv", header=1, counts=True)
    assert answer["unparsed"] == 0 and answer["slos"][0]["valid"] == 600
