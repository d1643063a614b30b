"""Every line that C wrote (tests/vectors.c) is replayed here, and every number compared."""

import array
import dataclasses
import json
import typing

import pytest
import slo
from slo import _abi, structs

# ---- between JSON and dataclasses ----


def whole(value):
    return int(value) if isinstance(value, str) else value


def load(struct, given):
    """The dataclass of a C struct from its JSON."""
    values = {}
    for name, kind, _, target, _ in _abi.STRUCTS[struct]:
        if name not in given:
            continue
        value = given[name]
        inner = target if kind == "pointer" else kind
        if inner in _abi.STRUCTS:
            many = isinstance(value, list)
            value = [load(inner, v) for v in value] if many else load(inner, value)
        elif isinstance(value, list):
            value = [whole(v) for v in value]
        elif kind not in ("text", "char"):
            value = whole(value)
        values[name + "_" if name == "from" else name] = value
    assert set(given) <= {field[0] for field in _abi.STRUCTS[struct]}, given
    return structs.CLASSES[struct](**values)


def same(out, expected):
    """Is a result what the JSON says, in every field? (The other way round too.)"""
    if dataclasses.is_dataclass(out):
        fields = {f.name: getattr(out, f.name) for f in dataclasses.fields(out)}
        fields = {k.rstrip("_"): v for k, v in fields.items()}
        unsaid = {k for k, v in fields.items() if k not in expected and (v is None or v == ())}
        handles = {k for k, v in fields.items() if isinstance(v, slo.Ledger)}
        assert set(fields) - unsaid - handles == set(expected)
        for key, value in expected.items():
            same(fields[key], value)
    elif isinstance(expected, list):
        assert len(out) == len(expected)
        for one, other in zip(out, expected):
            same(one, other)
    elif isinstance(expected, dict):
        assert set(out) == set(expected)
        for key in expected:
            same(out[key], expected[key])
    else:
        assert out == (whole(expected) if isinstance(out, int) else expected)


def status_of(function, *given):
    """(status, what came out): of an error, what it carries along."""
    try:
        return 0, function(*given)
    except slo.Error as error:
        return error.status, error.result


# ---- pure functions ----

SPECIAL = {
    "span_parse": slo.time.parse_span,
    "span_format": slo.time.format_span,
    "window_tiers": slo.window.tiers,
    "alert_tier_format": slo.alert.tier_format,
    "alert_detection": slo.alert.detection,
}
STRUCT_OF = {
    "counts": "slo_counts",
    "calendar": "slo_calendar",
    "recurrence": "slo_recurrence",
    "sli": "slo_sli",
    "event": "slo_event",
    "rule": "slo_rule",
    "tier": "slo_alert_tier",
    "fault": "slo_fault",
    "period": "slo_period",
    "candidate": "slo_candidate",
    "written": "slo_written",
    "shares": "slo_catalog_share",
    "edges": "slo_depend_edge",
    "days": "slo_target_day",
    "parts": "slo_composite_part",
}
CONFIG_OF = {
    "alert_detection": "slo_alert_config",
    "lint_alert": "slo_alert_config",
    "candidate_eval": "slo_candidate_config",
    "evidence_detection": "slo_evidence_config",
}


def argument(call, name, value):
    if name in ("values", "weights"):
        return array.array("q" if name == "values" else "Q", map(whole, value))
    struct = CONFIG_OF[call] if name == "config" else STRUCT_OF.get(name)
    if struct is not None:
        return [load(struct, v) for v in value] if isinstance(value, list) else load(struct, value)
    if isinstance(value, list):
        return [whole(v) for v in value]
    return value if name == "text" else whole(value)


def pure(line):
    call = line["call"]
    module, verb = call.split("_", 1)
    function = SPECIAL.get(call) or getattr(getattr(slo, module), verb)
    given = {name: argument(call, name, value) for name, value in line["in"].items()}
    try:
        out = function(**given)
    except slo.Error as error:
        assert error.status == line["status"]
        if "error" in line:
            assert error.field == line["error"]["field"]
            assert error.value == whole(line["error"]["value"])
        if "out" in line:
            same(error.result, line["out"])
        return
    assert "status" not in line
    if "out" in line:
        same(int(out) if isinstance(out, bool) else out, line["out"])
    else:
        assert out is None


# ---- objects ----


def counter(line):
    made = slo.Counter(load("slo_counter_config", line["config"]))
    for outcome, n in line["records"]:
        for _ in range(n):
            made.record(outcome)
    made.record_late(line["late"])
    same(made.read(), line["out"])


def drawn(seed, n):
    x = seed
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (x >> 1) >> (x >> 58)


def hist(line):
    values = line.get("values")
    values = list(map(whole, values)) if values is not None else list(drawn(**line["draw"]))
    made = slo.Hist(load("slo_hist_config", line["config"]))
    first = slo.Snapshot(made)
    middle = len(values) // 2
    for value in values[:middle]:
        made.record(value)
    first.read(made)
    made.record_many(array.array("q", values[middle:]))
    snapshot = slo.Snapshot.of(made)

    def quantiles(of):
        status, found = status_of(of.quantiles, line["quantiles_ppb"])
        return found if status == 0 else []

    out = {
        "summary": snapshot.summarize(),
        "quantiles": quantiles(snapshot),
        "thresholds": [
            list(made.threshold(i)) for i in range(len(line["config"]["thresholds"]))
        ],
        "le": [snapshot.count_le(whole(v)) for v in line["le"]],
        "buckets": [[b.index, b.lower, b.upper, b.count] for b in snapshot.buckets() if b.count],
        "coarse": quantiles(snapshot.downscale(3)),
    }  # fmt: skip
    snapshot.prepare()
    if out["quantiles"]:
        one_by_one = [snapshot.quantile(q) for q in line["quantiles_ppb"]]
        assert one_by_one == out["quantiles"]
    if values:
        snapshot.subtract(first)
        out["half"] = quantiles(snapshot)
        snapshot.merge(first)
        same(snapshot.summarize(), line["out"]["summary"])
    else:
        out["half"] = []
    same(out, line["out"])


def history(line):
    made = slo.Hist(load("slo_hist_config", line["config"]))
    kept = slo.History(made, load("slo_history_config", line["history"]))
    for now_ns, values in line["pushes"]:
        made.record_many(array.array("q", map(whole, values)))
        kept.push(whole(now_ns), made)
    snapshot, found = slo.Snapshot(made), []
    for from_ns, to_ns in line["reads"]:
        status, used = status_of(kept.read, whole(from_ns), whole(to_ns), snapshot)
        one = {"status": status}
        if status == 0:
            one["used"] = used
            one["p50"] = snapshot.quantile(500000000)
            one["p99"] = snapshot.quantile(990000000)
            one["count"] = snapshot.summarize().count
        found.append(one)
    same(found, line["out"])


def budget(window, config, edges, windows, ledger):
    one = {}
    one["status"], found = status_of(slo.budget.read, window, config)
    if found is not None:
        one["budget"] = found
    one["explain"] = status_of(slo.budget.explain, window, config)[1]
    one["burndown"] = status_of(slo.budget.burndown, window, config, 5)[1] or []
    status, found = status_of(slo.budget.forecast, window, config, slo.HOUR_NS, slo.DAY_NS)
    one["forecast"] = {"status": status} if status else {"status": 0, "out": found}
    status, found = status_of(slo.budget.cost, window, config, *edges)
    one["cost"] = {"status": status} if status else {"status": 0, **found._asdict()}
    one["effects"] = []
    for delta in windows if len(ledger) else []:
        status, found = status_of(ledger.effect, 0, config.sli, window, delta)
        one["effects"].append(found if status == 0 else status)
    return one


def window(line):
    made = slo.Window(load("slo_window_config", line["config"]))
    ledger = slo.Ledger(16)
    for now_ns, counts, flags, status in line["pushes"]:
        counts = slo.Counts(*map(whole, counts))
        assert status_of(made.push, whole(now_ns), counts, flags)[0] == status
    for given in line["corrections"]:
        ledger.append(load("slo_correction", given))
    deltas = [tuple(map(whole, pair)) for pair in line["deltas"]]
    windows = made.read_many(list(map(whole, line["spans_ns"])))
    budgets = [
        dataclasses.replace(load("slo_budget_config", given), ledger=ledger)
        for given in line["budgets"]
    ]
    same(
        {
            "windows": windows,
            "deltas": [made.delta(*pair) for pair in deltas],
            "corrected": [list(ledger.correct(0, made, delta)) for delta in windows],
            "summary": made.summarize(),
            "budgets": [budget(made, b, deltas[0], windows, ledger) for b in budgets],
        },
        line["out"],
    )


def evidence(line):
    made = slo.Evidence(load("slo_evidence_config", line["config"]))
    levels = []
    for dt_ns, good, bad in line["steps"]:
        made.step(whole(dt_ns), slo.Counts(good, bad))
        levels.append(made.read())
    same(levels, line["out"])


def standing(m, index):
    status, found = status_of(m.read, index)
    return {"status": status} if found is None else {"status": status, "out": found}


def monitor(line):
    config = load("slo_monitor_config", line["config"])
    m = slo.Monitor(config.slis, config.slos, config.window, config.corrections)
    corrections = {at: load("slo_correction", given) for at, given in line["corrections"]}
    reads, standings = set(line["reads"]), []
    counters = [m.counter(name) for name in m.sli_names]
    slos = range(len(m.slo_names))
    for i, (now_ns, flags, status, counts) in enumerate(line["steps"]):
        if i in corrections:
            m.correct(corrections[i])
        for one, (good, bad, excluded) in zip(counters, counts):
            one.record_many(whole(good), whole(bad), whole(excluded))
        assert status_of(m.tick, whole(now_ns), flags)[0] == status
        if i in reads:
            standings.append([standing(m, k) for k in slos])
    budgets = []
    for k in slos:
        status, found = status_of(m.budget, k)
        one = {"status": status}
        if status == 0:
            one["config"] = found
            one["explain"] = slo.budget.explain(m.window(m.read(k).sli), found)
        budgets.append(one)
    same(
        {
            "standings": standings,
            "transitions": [list(m.alert(k).transitions()) for k in slos],
            "statuses": [
                [m.alert(k).read(severity) for severity in range(slo.SEVERITIES)] for k in slos
            ],
            "budgets": budgets,
        },
        line["out"],
    )
    m.close()


def attempts(line, journey):
    for begin_ns, end_ns, exclude, steps, outcome in line["attempts"]:
        attempt = journey.attempt(whole(begin_ns))
        for step, told in steps:
            attempt.step(step, told)
        if exclude:
            attempt.exclude()
        assert attempt.end(whole(end_ns)) == outcome


def journey(line):
    made = slo.Journey(load("slo_journey_config", line["config"]))
    attempts(line, made)
    parts = []
    for i in range(made.part_count):
        tally = made.read(i)
        parts.append([list(dataclasses.astuple(tally.counts)), tally.unknown])
    same({"parts": parts, "blame": made.blame()}, line["out"])


def definition(line):
    config = load("slo_definition_config", line["config"])
    slo.journey.check(config.journeys[0])
    made = slo.Definition(config)
    for j, journey in enumerate(config.journeys):
        assert made.find_journey(journey.name) == j
        for i, step in enumerate(journey.steps):
            assert made.find_step(j, step.name) == i
    with pytest.raises(slo.NoData):
        made.find_journey("no such journey")
    opened = slo.Definition.attach(bytes.fromhex(line["out"]["bytes"]))
    assert opened.fingerprint == made.fingerprint
    assert bytes(slo.Definition(opened.expand())) == bytes(made)  # what C wrote, and back
    same(opened.expand(), line["config"])
    m = slo.Monitor(definition=opened)
    assert bytes(m.definition) == bytes(made)
    assert (m.sli_names, m.slo_names) == (line["slis"], line["slos"])
    m.tick(whole(line["begin_ns"]))
    for sli, event, outcome in line["events"]:
        assert m.record(m.sli_names[sli], load("slo_event", event)) == outcome
    attempts(line, m.journey(0))
    m.tick(whole(line["end_ns"]))
    findings = slo.lint.definition(config, whole(line["now_ns"]))
    same(
        {
            "bytes": bytes(made).hex(),
            "fingerprint": made.fingerprint,
            "findings": findings,
            "texts": [slo.lint.format(finding) for finding in findings],
            "standings": [standing(m, k) for k in range(len(m.slo_names))],
            "blame": m.blame(0),
        },
        line["out"],
    )


def traffic(line):
    made = slo.Traffic(load("slo_traffic_config", line["config"]))
    slots = [slot for slot, _ in zip(made, range(line["n"]))]
    made = slo.Traffic(load("slo_traffic_config", line["config"]))
    for _ in range(line["n"]):
        made.next()
    same([[s.counts.good, s.counts.bad, s.bad_by_faults] for s in slots], line["out"])
    replicas = [list(dataclasses.astuple(made.replica(i))) for i in range(3)]
    same(replicas, line["replicas"])


def backtest(line):
    made = slo.Backtest(load("slo_backtest_config", line["config"]))
    source = slo.Traffic(load("slo_traffic_config", line["traffic"]))
    for i in range(line["n"]):
        if i and i == line["restart"]:
            made.restart()
        slot = source.next()
        made.step(slot.period.end_ns, slot.counts)
    found = []
    for i in range(len(line["config"]["policies"])):
        status, result = status_of(made.read, i)
        found.append({"status": status, "out": result} if status == 0 else {"status": status})
    same(found, line["out"])


def gameday(line):
    played = slo.gameday.run(load("slo_gameday_config", line["config"]))
    same(played._asdict(), line["out"])


REPLAY: "dict[str, typing.Callable]" = {
    "pure": pure,
    "counter": counter,
    "hist": hist,
    "history": history,
    "window": window,
    "evidence": evidence,
    "monitor": monitor,
    "journey": journey,
    "definition": definition,
    "traffic": traffic,
    "backtest": backtest,
    "gameday": gameday,
}


@pytest.mark.parametrize("op", REPLAY)
def test_same_bits_as_c(vectors, op):
    replayed = 0
    with open(vectors) as file:
        for number, text in enumerate(file, 1):
            line = json.loads(text)
            if line["op"] != op:
                continue
            try:
                REPLAY[op](line)
            except Exception as error:
                raise AssertionError(
                    f"line {number}, {line.get('call') or line.get('name')}: {error!r}"
                ) from error
            replayed += 1
    assert replayed > 0


def test_every_line_has_a_replay(vectors):
    with open(vectors) as file:
        assert {json.loads(text)["op"] for text in file} == set(REPLAY)
