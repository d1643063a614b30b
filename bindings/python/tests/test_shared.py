"""A monitor in memory that processes share: totals are exact, whoever records and however."""

import mmap
import multiprocessing
import os
import signal
import threading
from multiprocessing import shared_memory

import pytest
import slo

N = 20_000
WORKERS = 4
SLIS = [
    slo.MonitorSli(
        name="checkout",
        writers=8,
        latency=slo.HistConfig(thresholds=[300_000_000], writers=8, shards=2),
        with_threshold=1,
    ),
    slo.MonitorSli(name="search"),
]
SLOS = [slo.MonitorSlo(name="checkout", objective_ppb=999_000_000, period_ns=28 * slo.DAY_NS)]


def record(m, n):
    """n events of each kind, by every way of recording."""
    counter, hist = m.counter("search"), m.hist("checkout")
    with m.counter("checkout").writer() as mine, hist.writer() as latency:
        for i in range(n):
            counter.good()
            mine.record(slo.BAD if i % 10 == 0 else slo.GOOD)
            latency.record(200_000_000)
            hist.record(400_000_000)


def check(m, workers):
    n = N * workers
    search = m.counter("search").read()
    checkout = m.counter("checkout").read()
    assert search.counts == slo.Counts(n)
    assert checkout.counts == slo.Counts(n - n // 10, n // 10)
    assert m.hist("checkout").threshold() == (300_000_000, n, n)
    summary = slo.Snapshot.of(m.hist("checkout")).summarize()
    assert (summary.count, summary.sum) == (2 * n, n * 600_000_000)
    m.tick(slo.DAY_NS, slo.PUSH_REBASE)
    total = m.window("checkout").summarize().counts
    assert total == slo.Counts(2 * n - n // 10, n + n // 10)


def test_parent_and_forked_workers():
    memory = mmap.mmap(-1, slo.Monitor.footprint(SLIS, SLOS))
    m = slo.Monitor.init(memory, SLIS, SLOS)
    children = []
    for _ in range(WORKERS):
        child = os.fork()
        if child == 0:
            try:
                record(m, N)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    record(m, N)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    check(m, WORKERS + 1)
    with pytest.raises(BufferError):
        memory.close()
    m.close()
    memory.close()


def spawned(name, n):
    shared = shared_memory.SharedMemory(name=name)
    with slo.Monitor.attach(shared.buf) as m:
        record(m, n)
    shared.close()


def test_parent_and_spawned_workers():
    shared = shared_memory.SharedMemory(create=True, size=slo.Monitor.footprint(SLIS, SLOS))
    try:
        m = slo.Monitor.init(shared.buf, SLIS, SLOS)
        context = multiprocessing.get_context("spawn")
        workers = [
            context.Process(target=spawned, args=(shared.name, N)) for _ in range(WORKERS)
        ]  # fmt: skip
        for worker in workers:
            worker.start()
        record(m, N)
        for worker in workers:
            worker.join()
            assert worker.exitcode == 0
        check(m, WORKERS + 1)
        m.close()
    finally:
        shared.close()
        shared.unlink()


def test_threads():
    with slo.Monitor(SLIS, SLOS) as m:
        threads = [threading.Thread(target=record, args=(m, N)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for i in range(20):
            m.tick(slo.HOUR_NS + i * slo.SECOND_NS)
        for thread in threads:
            thread.join()
        check(m, WORKERS)


def test_a_writer_does_not_survive_fork():
    """What a child records through its parent's handle is counted, and once."""
    memory = mmap.mmap(-1, slo.Counter.footprint(slo.CounterConfig(writers=2)))
    counter = slo.Counter.init(memory, slo.CounterConfig(writers=2))
    writer = counter.writer()
    child = os.fork()
    if child == 0:
        for _ in range(N):
            writer.record(slo.GOOD)
        writer.close()
        with counter.writer() as own:
            own.record(slo.GOOD)
        os._exit(0)
    for _ in range(N):
        writer.record(slo.GOOD)
    assert os.waitpid(child, 0)[1] == 0
    assert counter.read().counts.good == 2 * N + 1
    writer.close()


def test_the_row_of_a_killed_worker_is_taken_over(tmp_path):
    path = str(tmp_path / "lock")
    config = slo.CounterConfig(writers=1)
    memory = mmap.mmap(-1, slo.Counter.footprint(config))
    counter = slo.Counter.init(memory, config)
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        writer = counter.writer(slo.FileLock(path))
        writer.record(slo.BAD)
        os.write(tell, b"!")
        signal.pause()
    os.read(ready, 1)
    with pytest.raises(slo.Busy):
        counter.writer(slo.FileLock(path))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with counter.writer(slo.FileLock(path)) as mine:
        mine.record(slo.GOOD)
    assert counter.read().counts == slo.Counts(1, 1)


def test_it_survives_in_a_file(tmp_path):
    path = tmp_path / "state"
    size = slo.Monitor.footprint(SLIS, SLOS)
    with open(path, "w+b") as file:
        file.truncate(size)
        with mmap.mmap(file.fileno(), size) as memory, slo.Monitor.init(memory, SLIS, SLOS) as m:
            m.counter("search").record_many(7, 1)
            m.tick(slo.DAY_NS)
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), size) as memory:
        with slo.Monitor.attach(memory) as m:
            assert m.counter("search").read().counts == slo.Counts(7, 1)
            assert m.slo_names == ["checkout"]
        memory[size // 2 : size] = bytes(size - size // 2)
        memory[0:4] = b"nope"
        with pytest.raises(slo.Corrupt):
            slo.Monitor.attach(memory)
        with pytest.raises(slo.Error):
            slo.Monitor.attach(memoryview(memory)[1:])


def test_buffers_that_are_none():
    with pytest.raises(TypeError):
        slo.Counter.init(bytes(4096))
    with pytest.raises(TypeError):
        slo.Counter.attach([1])
    with pytest.raises(slo.NoSpace):
        slo.Counter.init(mmap.mmap(-1, 64))
    unaligned = memoryview(mmap.mmap(-1, 8192))[8:]
    with pytest.raises(slo.InvalidArgument):
        slo.Counter.init(unaligned)
