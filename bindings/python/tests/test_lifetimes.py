"""Use after close is an error; whatever is collected first, nothing crashes; nothing leaks."""

import array
import gc
import os
import threading
import weakref

import pytest
import slo

BEGIN = 1_767_225_600 * slo.SECOND_NS
ALERT = slo.AlertConfig(
    tiers=slo.catalog.tiers(slo.CATALOG_WORKBOOK, 28 * slo.DAY_NS), objective_ppb=999_000_000
)
JOURNEY = slo.JourneyConfig(name="buy", steps=[slo.Step(name="pay", flags=slo.STEP_CRITICAL)])
TRAFFIC = slo.TrafficConfig(requests_per_day=1000)
DEFINITION = slo.DefinitionConfig(
    service="shop",
    journeys=[
        slo.JourneyConfig(
            name="buy",
            steps=JOURNEY.steps,
            slos=[
                slo.JourneySlo(name="can buy", objective_ppb=99 * 10**7, period_ns=28 * slo.DAY_NS)
            ],
        )
    ],
)


def a_monitor():
    return slo.Monitor(
        [
            slo.MonitorSli(
                name="a",
                latency=slo.HistConfig(thresholds=[1000]),
                with_threshold=1,
                history=slo.HistoryConfig(),
            )
        ],
        [slo.MonitorSlo(name="a", objective_ppb=999_000_000, period_ns=28 * slo.DAY_NS)],
    )


def objects():
    """Of every class one, with something to do with it."""
    hist = slo.Hist()
    yield slo.Counter(), lambda it: it.good()
    yield slo.Hist(), lambda it: it.record(1)
    yield slo.Hist(), lambda it: it.record_many(array.array("q", [1]))
    yield slo.Counter(slo.CounterConfig(writers=1)).writer(), lambda it: it.record(slo.GOOD)
    yield slo.Hist(slo.HistConfig(writers=1)).writer(), lambda it: it.record(1)
    yield slo.Hist(slo.HistConfig(writers=1)).writer(), lambda it: it.record_many(b"")
    yield slo.Snapshot(hist), lambda it: it.summarize()
    yield slo.History(hist), lambda it: it.push(BEGIN, hist)
    yield slo.Window(), lambda it: it.push(BEGIN, slo.Counts())
    yield slo.Ledger(4), lambda it: len(it)
    yield slo.Evidence(slo.EvidenceConfig(objective_ppb=10**8)), lambda it: it.read()
    yield slo.Alert(ALERT), lambda it: it.read(slo.SEVERITY_PAGE)
    yield slo.Journey(JOURNEY), lambda it: it.read(0)
    yield slo.Definition(DEFINITION), lambda it: it.fingerprint
    yield slo.Traffic(TRAFFIC), lambda it: it.next()
    yield (
        slo.Backtest(slo.BacktestConfig(policies=[ALERT], period_ns=28 * slo.DAY_NS)),
        lambda it: it.step(BEGIN, slo.Counts()),
    )
    yield a_monitor(), lambda it: it.tick(BEGIN)


def test_use_after_close():
    kinds = set()
    for it, use in objects():
        kinds.add(type(it).__name__)
        with it as same:
            assert same is it and not it.closed
            use(it)
        assert it.closed
        for action in (use, lambda it: it.__enter__()):
            with pytest.raises(slo.Closed) as caught:
                action(it)
            assert type(it).__name__ in str(caught.value)
        it.close()
        with pytest.raises(AttributeError):
            it.no_such_thing  # noqa: B018
    handles = {name for name in dir(slo) if hasattr(getattr(slo, name), "__exit__")}
    assert kinds == handles


def test_parts_close_with_their_monitor():
    m = a_monitor()
    parts = [m.counter("a"), m.counter(0), m.hist("a"), m.window("a"), m.alert("a"), m.ledger]
    parts.append(m.history("a"))
    assert m.counter("a") is parts[0]
    m.tick(BEGIN)
    config = m.budget("a")
    m.close()
    for part in parts:
        assert part.closed
    for use in (
        lambda: m.read("a"),
        lambda: m.read(0),
        lambda: m.counter("a"),
        lambda: m.slo_names,
        lambda: parts[0].good(),
        lambda: slo.budget.read(parts[3], config),
    ):
        with pytest.raises(slo.Closed):
            use()


def test_attempts_of_a_closed_journey():
    journey = slo.Journey(JOURNEY)
    attempt = journey.attempt(BEGIN)
    attempt.good(0)
    journey.close()
    for use in (lambda: attempt.bad(0), attempt.exclude, lambda: attempt.end(BEGIN)):
        with pytest.raises(slo.Closed):
            use()


def test_parts_outlive_a_collected_monitor():
    m = a_monitor()
    counter, window, budget = m.counter("a"), m.window("a"), None
    m.tick(BEGIN)
    counter.record_many(10, 1)
    m.tick(BEGIN + slo.MINUTE_NS)
    budget = m.budget("a")
    gone = weakref.ref(m)
    del m
    gc.collect()
    assert gone() is None
    junk = [bytearray(100_000) for _ in range(100)]
    counter.good()
    assert counter.read().counts == slo.Counts(11, 1)
    assert slo.budget.read(window, budget).bad == 1
    del junk


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_collected_in_any_order(order):
    hist = slo.Hist(slo.HistConfig(writers=1))
    things = [hist, hist.writer(), slo.Snapshot(hist)]
    things[1].record(1)
    del hist
    for which in order:
        things[which] = None
        gc.collect()


def test_a_row_is_given_back_by_the_collector():
    counter = slo.Counter(slo.CounterConfig(writers=1))
    for _ in range(100):
        counter.writer().record(slo.GOOD)
    assert counter.read().counts.good == 100


def test_a_writer_is_closed_where_it_was_opened():
    counter = slo.Counter(slo.CounterConfig(writers=1))
    writer = counter.writer()
    caught = []

    def elsewhere():
        try:
            writer.close()
        except slo.InvalidArgument as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 1
    writer.record(slo.GOOD)
    writer.close()
    assert counter.read().counts.good == 1


def test_closing_while_others_use_it():
    """They finish, or are told; nobody reads memory that is gone."""
    for _ in range(20):
        m, stop = a_monitor(), threading.Event()
        m.tick(BEGIN)
        failures = []

        def reader(m=m, stop=stop, failures=failures):
            values = array.array("q", range(2000))
            try:
                while not stop.is_set():
                    m.hist("a").record_many(values)
                    m.counter("a").good()
                    m.read("a") if m.counter("a").read().counts.bad else None
            except slo.Closed:
                pass
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=reader) for _ in range(3)]
        for thread in threads:
            thread.start()
        m.counter("a")
        m.close()
        stop.set()
        for thread in threads:
            thread.join()
        assert failures == []


def rss_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
def test_nothing_leaks():
    """A million create and destroy in all; 10 bytes lost by each would be 10 MB."""
    definition = slo.Definition(DEFINITION)
    encoded = bytes(definition)
    hist_config = slo.HistConfig(thresholds=[5], lowest=1000, highest=2000, writers=1, shards=1)
    counter_config = slo.CounterConfig(writers=1, shards=1)
    small = slo.WindowConfig(tiers=[slo.WindowTier(slo.SECOND_NS, 2 * slo.SECOND_NS)], pins=1)
    values = array.array("q", [1])

    def mixed():
        with slo.Hist(hist_config) as hist, hist.writer() as writer:
            writer.record(1)
            hist.record_many(values)
            slo.Snapshot.of(hist).close()
        slo.Window(small).close()
        slo.Definition.attach(encoded).close()
        slo.Journey(JOURNEY).attempt(BEGIN).end(BEGIN)
        m = slo.Monitor([slo.MonitorSli(name="a")], window=small)
        m.counter("a").good()
        m.ledger  # noqa: B018
        m.close()
        with pytest.raises(slo.OutOfRange):
            slo.Ledger(0)

    def simple():
        slo.Counter(counter_config).close()

    for make, n, warm in ((simple, MILLION, 20_000), (mixed, MILLION // 400, 300)):
        for _ in range(warm):
            make()
        gc.collect()
        before = rss_kib()
        for _ in range(n):
            make()
        gc.collect()
        assert rss_kib() - before < 4096, make.__name__


MILLION = int(os.environ.get("SLO_TEST_LIVES", "100000"))
