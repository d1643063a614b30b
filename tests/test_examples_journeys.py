"""The journeys of the examples: their numbers are computed again here, from the same log."""

import datetime
import math
import re
import subprocess

import pytest
from conftest import BUILD, ROOT

STEPS = ("search", "cart", "pay")
IDLE_S = 30 * 60
LINE = re.compile(
    r'192\.0\.2\.(\d+) - - \[([^\]]+)\] "\w+ /(\w+)[^"]*" (\d+) \d+ "-" "shop" (\d+)\.(\d+)'
)


def run(name, *arguments):
    command = [str(BUILD / "examples" / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.log"
    path.write_text(run("shop_log"))
    return path


@pytest.fixture(scope="module")
def printed(log):
    return run("shop", log)


def events(log):
    for line in log.read_text().splitlines():
        who, when, step, status, s, ms = LINE.match(line).groups()
        at = datetime.datetime.strptime(when, "%d/%b/%Y:%H:%M:%S %z").timestamp()
        yield int(who), at, step, int(status), int(s) * 1000 + int(ms)


def outcome(status):
    """HTTP, as far as the log has it."""
    return "good" if status < 400 else "bad" if status >= 500 or status == 429 else "excluded"


def attempts(log):
    """What became of each attempt, and where."""
    open_, done = {}, []

    def leave(who):
        steps = open_.pop(who)[1]
        for step in STEPS:  # a failure counts before a gap, wherever it is
            if steps.get(step) == "bad":
                done.append(("bad", step, steps))
                return
        for step in STEPS:
            if steps.get(step) != "good":
                done.append(("excluded", step, steps))
                return
        done.append(("good", None, steps))

    for who, at, step, status, _ in events(log):
        if who in open_ and at - open_[who][0] > IDLE_S:
            leave(who)
        open_.setdefault(who, [at, {}])
        open_[who][0] = at
        open_[who][1][step] = outcome(status)
        if step == "pay":
            leave(who)
    for who in list(open_):
        leave(who)
    return done


def test_the_shop_counts_attempts(log, printed):
    done = attempts(log)
    good = sum(o == "good" for o, *_ in done)
    bad = sum(o == "bad" for o, *_ in done)
    target = math.floor(good * 1000 / (good + bad))
    assert f"attempts to buy: {good} of {good + bad} were good" in printed
    assert f"a tenth of a percent: {target / 10} %\n" in printed
    allowed = (1000 - target) * (good + bad) // 1000
    assert re.search(rf"buy/can buy +{bad} of +{good + bad} failed, {allowed} may: ", printed)
    for step in STEPS:
        went_on = sum(steps.get(step) == "good" for *_, steps in done)
        failed = sum(o == "bad" and s == step for o, s, _ in done)
        gave_up = sum(o == "excluded" and s == step for o, s, _ in done)
        share = f"{failed * 100 / bad:.0f}"
        assert re.search(
            rf"  {step} +{went_on} went on, +{failed} failed \({share} % of the failures\),"
            rf" +{gave_up} left without it\n",
            printed,
        ), (step, went_on, failed, gave_up)


def test_the_shop_chooses_targets_it_kept(log, printed):
    pay = [outcome(status) for _, _, step, status, _ in events(log) if step == "pay"]
    good, bad = pay.count("good"), pay.count("bad")
    target = math.floor(good * 1000 / (good + bad))
    assert f"paying: {good} of {good + bad} were good" in printed
    left = (1 - bad / ((1000 - target) * (good + bad) / 1000)) * 100
    assert re.search(rf"buy/pay works +{bad} of +{good + bad} failed.*: {left:.1f} % of", printed)

    took = sorted(ms for _, _, step, _, ms in events(log) if step == "search")
    p99 = took[math.ceil(len(took) * 0.99) - 1]
    threshold = math.ceil(p99 / 50) * 50
    assert f"99 of 100 took {threshold}ms or less" in printed
    within = sum(ms <= threshold for ms in took)
    assert f"{within * 100 / len(took):.2f} % of {len(took)}\n" in printed
    slow = [
        ms > threshold
        for _, _, step, status, ms in events(log)
        if step == "search" and outcome(status) == "good"
    ]
    assert re.search(rf"buy/search is fast +{sum(slow)} of +{len(slow)} failed", printed)


def test_the_page_tells_what_the_shop_prints(printed):
    page = (ROOT / "docs" / "journeys.md").read_text()
    shown = [line.strip() for line in re.findall(r"^    (.*)\n", page, re.M)]
    shown = [x for x in shown if re.search(r"were good|took 250|begins|failed|requests 11", x)]
    assert len(shown) >= 13
    for line in shown:
        assert line in printed


def test_the_definition_is_the_same_every_time(log, printed):
    assert re.search(r"^definition [0-9a-f]{16}, \d+ bytes$", printed, re.M)
    assert run("shop", log) == printed


def test_the_journey_knows_who_spent_it():
    text = run("journey")
    assert "0 findings of the linter\n" in text  # people copy it
    assert "what was spent of checkout/most can buy:\n" in text
    done = {"cart": 0, "pay": 0, "left": 0, "good": 0}
    for i in range(1, 10001):
        if i % 900 == 0:
            done["cart"] += 1
        elif i % 4 != 3 and i % 350 == 0:
            done["pay"] += 1
        else:
            done["left" if i % 4 == 3 else "good"] += 1
    bad = done["cart"] + done["pay"]
    assert f"{bad} of {bad + done['good']} failed" in text
    assert f"add to cart    ate {done['cart'] * 100 / bad:.0f} % of it\n" in text
    assert f"pay            ate {done['pay'] * 100 / bad:.0f} % of it\n" in text
    assert f"pay            is where {done['left']} gave up\n" in text
