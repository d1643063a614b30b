"""The examples say what they should: their numbers are computed again here."""

import datetime
import re
import subprocess

from conftest import BUILD, ROOT


def run(name, *arguments):
    command = [str(BUILD / "examples" / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_maintenance():
    """A month of 20 requests a minute; those of a minute are counted in the tick that ends it."""
    text = run("maintenance")
    good = bad = removed = request = 0
    start = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
    for minute in range(30 * 1440):
        at = start + datetime.timedelta(minutes=minute)
        updating = at.weekday() == 6 and at.hour == 2 and at.minute < 30
        for _ in range(20):
            failed = updating or request % 1200 == 0
            request += 1
            if updating:
                removed += 1
            elif failed:
                bad += 1
            else:
                good += 1
    valid = good + bad
    assert f"counted      {good} good + {bad} bad = {valid} valid events; 0 excluded\n" in text
    assert f"allowed      {valid // 1000} (0.1 % of {valid}, rounded down)\n" in text
    spent = bad * 10**9 // valid  # ppm: bad / (valid / 1000) * 10^6
    assert f"= {spent // 10000}.{spent % 10000:04} %\n" in text
    left = 10**6 - spent
    assert f"left         {left // 10000}.{left % 10000:04} %\n" in text
    corrections = re.findall(r"#(\d) .*: 30m not counted, (\S+)T02:00:00Z .. \2T02:30:00Z", text)
    assert [day for _, day in corrections] == [
        "2026-11-01", "2026-11-08", "2026-11-15", "2026-11-22", "2026-11-29",
    ]  # fmt: skip
    assert sum(map(int, re.findall(r"\(0 good, (\d+) bad, 0 excluded\)", text))) == removed


def test_the_guide_shows_what_maintenance_prints():
    """Line by line and in this order; ".." stands for lines left out."""
    guide = (ROOT / "docs" / "guide.md").read_text()
    block = guide[guide.index("The explanation can be checked by hand") :]
    shown = re.search(r"\n\n((?:    .*\n)+)", block).group(1).splitlines()
    shown = [line.removeprefix("    ") for line in shown]
    printed = run("maintenance").splitlines()
    assert len(shown) >= 10
    for line in shown:
        if line != "..":
            assert line in printed
            del printed[: printed.index(line) + 1]
    assert not printed  # down to the last line
