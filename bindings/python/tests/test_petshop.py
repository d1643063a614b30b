"""A journey made of a real call graph: its steps are what the site calls itself, their indicators
are fed the real five-minute slices, and what a monitor says is what exact fractions say."""

import csv
import os
import pathlib

import pytest
import slo

DATA = pathlib.Path(
    os.environ.get("SLO_TEST_DATA", pathlib.Path(__file__).resolve().parents[4] / "shared" / "data")
)
SITE = "PetSite"
SLICE_NS = 5 * slo.MINUTE_NS
OBJECTIVE = 990_000_000


def short(name):
    return name.replace("/", "|")[: slo.JOURNEY_NAME_MAX]


@pytest.fixture(scope="module")
def petshop():
    """component -> [(end_ns, valid, bad)] in time, of what the site calls and was measured."""
    folder = DATA / "petshop-low"
    if not folder.is_dir():
        pytest.skip(f"no real data at {DATA} (set SLO_TEST_DATA)")
    with open(folder / "graph.csv", newline="") as file:
        names, *rows = csv.reader(file)
    calls = next(
        [name for name, x in zip(names[1:], row[1:]) if float(x)] for row in rows if row[0] == SITE
    )
    slices = {}
    with open(folder / "slices.csv", newline="") as file:
        for row in csv.DictReader(file):
            counts = (int(row["ts_ms"]) * 10**6, int(row["requests"]), int(row["bad"]))
            slices.setdefault(row["component"], []).append(counts)
    measured = {name: sorted(slices[name]) for name in calls if name in slices}
    return {name: s for name, s in measured.items() if any(valid for _, valid, _ in s)}


def journey_of(components):
    """Each call is a critical step with an indicator and an objective of its own."""
    return slo.DefinitionConfig(
        service="petshop",
        journeys=[
            slo.JourneyConfig(
                name="visit",
                steps=[
                    slo.Step(name=short(c), actor=SITE, component=c, flags=slo.STEP_CRITICAL)
                    for c in components
                ],
                slis=[
                    slo.JourneySli(
                        name=f"{i} works",
                        step=1 + i,
                        sli=slo.Sli(kind=slo.SLI_AVAILABILITY, protocol=slo.PROTOCOL_HTTP),
                    )
                    for i in range(len(components))
                ],
                slos=[
                    slo.JourneySlo(
                        name=f"{i} works",
                        sli=1 + i,
                        objective_ppb=OBJECTIVE,
                        period_ns=28 * slo.DAY_NS,
                    )
                    for i in range(len(components))
                ],
            )
        ],
    )


def test_the_call_graph_as_a_journey(petshop):
    components = sorted(petshop)
    assert len(components) > 3
    definition = slo.Definition(journey_of(components))
    assert [definition.find_step(0, short(c)) for c in components] == list(range(len(components)))
    own = []
    with slo.Monitor(definition=definition) as monitor:
        counters = [monitor.counter(f"visit/{i} works") for i in range(len(components))]
        times = [end_ns for end_ns, _, _ in petshop[components[0]]]
        monitor.tick(times[0] - SLICE_NS)
        for k, end_ns in enumerate(times):
            for counter, c in zip(counters, components):
                at_ns, valid, bad = petshop[c][k]
                assert at_ns == end_ns
                counter.record_many(good=valid - bad, bad=bad)
            monitor.tick(end_ns)
        for i, c in enumerate(components):
            valid = sum(v for _, v, _ in petshop[c])
            bad = sum(b for _, _, b in petshop[c])
            budget = monitor.read(f"visit/{i} works").budget
            assert (budget.valid, budget.bad) == (valid, bad)
            assert budget.consumed_ppm == bad * 10**15 // ((10**9 - OBJECTIVE) * valid)
            own.append(budget.good * 10**9 // budget.valid)
    # one of them never worked, so no visit did that needed it; of the others:
    assert slo.depend.serial(own).high_ppb == min(own) == 0
    own = [a for a in own if a != 0]
    bounds = slo.depend.serial(own)
    assert bounds.low_ppb == max(0, 10**9 - sum(10**9 - a for a in own))
    assert bounds.high_ppb == min(own)
    assert bounds.low_ppb < bounds.independent_ppb < bounds.high_ppb
