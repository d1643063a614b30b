"""The examples of the simulator: what they find is found again here from what they print."""

import datetime
import re

from test_examples import run

START = datetime.datetime(2026, 11, 23, 14, tzinfo=datetime.timezone.utc)


def test_gameday():
    """Everything is drawn, and drawn alike everywhere; so its story is always the same."""
    lines = run("gameday").splitlines()
    found = []
    for line in lines[:-1]:
        when, left, what = re.fullmatch(r"(\S+) +(-?[\d.]+) % left  (.*)", line).groups()
        at = datetime.datetime.fromisoformat(when.replace("Z", "+00:00"))
        found.append(((at - START).total_seconds(), float(left), what))
    assert found == [
        (140, 72.63, "ticket fires"),
        (150, 72.25, "page fires"),
        (550, 49.55, "due: freeze deploys at 50 %"),
        (1250, 7.51, "page resolves"),
        (1250, 7.51, "ticket resolves"),
        (4990, 6.64, "ticket fires"),
        (5210, 5.73, "page fires"),
        (12620, -43.40, "page resolves"),
        (12620, -43.40, "ticket resolves"),
    ]
    assert lines[-1] == "passed: as expected: 9 events, -40.9135 % of the budget left"


def test_backtest():
    """What burn rates alone say at little traffic is mostly chance; at much, the gate is quicker
    to say that it is over and hardly slower to say that it began."""
    table = run("backtest").splitlines()[2:]
    number = r"([\d.]+)"
    row = re.compile(
        rf" *(\d+)  (.*?) +(\d+) +{number} \( *{number} \.\. +{number}\)"
        rf" +(\d+) % +{number} +{number}"
    )
    rows = [row.fullmatch(line).groups() for line in table]
    assert [r[:2] for r in rows] == [
        ("10", "burn rates"), ("10", "with gate"), ("1000", "burn rates"), ("1000", "with gate"),
    ]  # fmt: skip
    assert [list(map(float, r[2:])) for r in rows] == [
        [61, 43.1, 31.2, 58.1, 100, 5.0, 9.5],
        [7, 0, 0, 3.7, 88, 28.5, 267.5],
        [8, 0, 0, 3.7, 100, 1.0, 28.5],
        [8, 0, 0, 3.7, 100, 3.5, 2.0],
    ]
    for r in rows:  # of 7 of 8 incidents, the nearest percent
        assert int(r[6]) in (round(100 * k / 8) for k in range(9))
