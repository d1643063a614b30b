"""slo_replay against independently computed ground truth of real data.

Integers are compared exactly: totals, every window at a whole minute, every page and
ticket interval. Windows are (t - W, t], the `oc` convention of the ground truth.
"""

import csv
import json
import subprocess

import pytest

SPAN_NS = {
    "5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21600, "1d": 86400, "3d": 259200,
}  # fmt: skip
SPAN_NS = {name: seconds * 10**9 for name, seconds in SPAN_NS.items()}


def replay(binary, path, *options):
    run = subprocess.run(
        [binary, "--json", *options, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


def truth(data, name):
    return json.loads((data / name / "ground_truth.json").read_text())


def whole_minutes(sli):
    return [w for w in sli["windows_at"] if w["t_ms"] % 60000 == 0]


def check(binary, path, sli, *options, slo=0):
    """Every objective of one SLI of the ground truth."""
    moments = whole_minutes(sli)
    at = [argument for w in moments for argument in ("--at", f"{w['t_ms']}ms")]
    for objective, alerts in sli["alerts_oc"].items():
        percent = f"{float(objective) * 100:.7f}"
        answer = replay(binary, path, *options, "--objective", percent, *at)["slos"][slo]
        assert answer["objective_ppb"] == round(float(objective) * 10**9)
        assert (answer["valid"], answer["good"], answer["bad"]) == (
            sli["total"], sli["good"], sli["bad"],
        )  # fmt: skip
        assert answer["first_ns"] == sli["first_ts_ms"] * 10**6
        assert answer["last_ns"] == sli["last_ts_ms"] * 10**6

        budget_ppb = 10**9 - answer["objective_ppb"]
        assert answer["budget"] == {
            "allowed": budget_ppb * sli["total"] // 10**9,
            "consumed_ppm": sli["bad"] * 10**15 // (budget_ppb * sli["total"]),
            "remaining_ppm": 10**6 - sli["bad"] * 10**15 // (budget_ppb * sli["total"]),
        }

        windows = {(w["at_ns"], w["span_ns"]): w for w in answer["windows"]}
        assert len(windows) == len(moments) * len(SPAN_NS)
        for moment in moments:
            for name, want in moment["oc"].items():
                got = windows[moment["t_ms"] * 10**6, SPAN_NS[name]]
                assert (got["valid"], got["bad"]) == (want["total"], want["bad"])
                if want["total"] == 0:
                    assert got["burn_ppm"] is None
                else:
                    assert got["burn_ppm"] == want["bad"] * 10**15 // (budget_ppb * want["total"])
                assert 0 <= got["covered_ns"] <= got["span_ns"]

        for severity in ("page", "ticket"):
            got = [
                [a["from_ns"] // 10**6, a["to_ns"] // 10**6]
                for a in answer["alerts"]
                if a["severity"] == severity
            ]
            assert got == alerts[severity], (severity, objective)


def counts_csv(path, rows):
    with open(path, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(["ts_ms", "valid", "bad"])
        writer.writerows(rows)
    return path


def test_apache_lines(replay_binary, data):
    slis = truth(data, "apache-semicomplete")["slis"]
    log = data / "apache-semicomplete" / "apache_logs.log"
    check(replay_binary, log, slis["availability_5xx"])
    check(replay_binary, log, slis["not_4xx_5xx"], "--bad", "status>=400")


def test_apache_csv(replay_binary, data):
    slis = truth(data, "apache-semicomplete")["slis"]
    events = data / "apache-semicomplete" / "events.csv"
    check(replay_binary, events, slis["availability_5xx"], "--format", "csv")
    check(
        replay_binary,
        events,
        slis["not_4xx_5xx"],
        "--format",
        "csv",
        "--bad",
        "status >= 400",
    )


def test_apache_images(replay_binary, data, tmp_path):
    sli = truth(data, "apache-semicomplete")["slis"]["images_not_4xx_5xx"]
    lines = (data / "apache-semicomplete" / "apache_logs.log").read_text().splitlines(True)
    endings = (".png", ".jpg", ".ico", ".gif")
    images = [x for x in lines if x.split('"')[1].split(" ")[1].split("?")[0].endswith(endings)]
    path = tmp_path / "images.log"
    path.write_text("".join(images))
    check(replay_binary, path, sli, "--bad", "status>=400")


def test_openstack(replay_binary, data):
    want = truth(data, "openstack-nova-api")
    events = data / "openstack-nova-api" / "events.csv"
    slis = want["slis"]
    options = ("--format", "csv", "--threshold-ms", "300")
    check(replay_binary, events, slis["not_4xx_5xx"], *options, "--bad", "status>=400")
    check(replay_binary, events, slis["latency_le_300ms"], *options, slo=1)
    both = "status>=400 || latency>300ms"
    check(replay_binary, events, slis["ok_and_le_300ms"], *options, "--bad", both)

    got = replay(replay_binary, events, *options)["slos"][0]["latency"]
    exact = want["latency_ns"]
    assert (got["count"], got["sum_ns"]) == (exact["count"], exact["sum"])
    names = {"p50_ns": "0.5", "p90_ns": "0.9", "p95_ns": "0.95", "p99_ns": "0.99",
             "p999_ns": "0.999"}  # fmt: skip
    error = 2 ** (2**-8)  # a bucket's upper bound at scale 8
    for ours, theirs in names.items():
        assert exact["q"][theirs] <= got[ours] <= exact["q"][theirs] * error
    assert exact["max"] <= got["max_ns"] <= exact["max"] * error


def test_petshop(replay_binary, data, tmp_path):
    components = truth(data, "petshop-low")["per_component"]
    rows = {name: [] for name in components}
    with open(data / "petshop-low" / "slices.csv") as f:
        for row in csv.DictReader(f):
            rows[row["component"]].append((row["ts_ms"], row["requests"], row["bad"]))
    assert len(rows) == 41
    for i, (name, sli) in enumerate(components.items()):
        path = counts_csv(tmp_path / f"{i}.csv", rows[name])
        if sli["total"] == 0:
            answer = replay(replay_binary, path, "--format", "csv")["slos"][0]
            assert (answer["valid"], answer["alerts"]) == (0, [])
            assert answer["budget"]["consumed_ppm"] is None
        else:
            check(replay_binary, path, sli, "--format", "csv")


def test_nginxplus(replay_binary, data, tmp_path):
    zones = truth(data, "nginxplus-status")["zones"]
    before, rows = {}, {name: [] for name in zones}
    with open(data / "nginxplus-status" / "counters.csv") as f:
        for row in csv.DictReader(f):
            total, bad = int(row["rtotal"]), int(row["r5xx"])
            if row["zone"] in before:
                old_total, old_bad = before[row["zone"]]
                rows[row["zone"]].append((row["ts_ms"], total - old_total, bad - old_bad))
            before[row["zone"]] = (total, bad)
    for i, (name, zone) in enumerate(zones.items()):
        path = counts_csv(tmp_path / f"{i}.csv", rows[name])
        check(replay_binary, path, zone["sli_5xx_from_deltas"], "--format", "csv")


@pytest.mark.parametrize("step", ["10s", "30s", "5m"])
def test_totals_do_not_depend_on_the_step(replay_binary, data, step):
    log = data / "apache-semicomplete" / "apache_logs.log"
    sli = truth(data, "apache-semicomplete")["slis"]["availability_5xx"]
    answer = replay(replay_binary, log, "--step", step)["slos"][0]
    assert (answer["valid"], answer["bad"]) == (sli["total"], sli["bad"])


def test_one_bad_minute_is_late_without_slack(replay_binary, data):
    log = data / "apache-semicomplete" / "apache_logs.log"
    with_slack = replay(replay_binary, log)["slos"][0]
    without = replay(replay_binary, log, "--slack", "0s")["slos"][0]
    assert with_slack["late"] == 0 < without["late"]
    assert with_slack["valid"] == without["valid"]
