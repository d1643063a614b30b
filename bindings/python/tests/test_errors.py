"""Errors carry what the library said; nothing is cut off on the way there."""

import pickle

import pytest
import slo
from slo import _ffi, status


def refused(kind, function, *given, **named):
    with pytest.raises(kind) as caught:
        function(*given, **named)
    return caught.value


def an_slo(**fields):
    return slo.Monitor([slo.MonitorSli(name="a")], [slo.MonitorSlo(name="a", **fields)])


def test_fields():
    error = refused(slo.OutOfRange, an_slo, objective_ppb=10**9, period_ns=slo.DAY_NS)
    assert (error.status, error.name) == (slo.ERANGE, "SLO_ERANGE")
    assert (error.field, error.value) == ("slos[0].objective_ppb", 10**9)
    assert (error.min, error.max) == (1, 999_999_999)
    assert str(error).startswith("slos[0].objective_ppb: 1000000000 is not in 1..999999999")
    assert isinstance(error, ValueError)


def test_offset_of_a_parse_error():
    error = refused(slo.ParseError, slo.time.parse_span, "1h30")
    assert (error.status, error.value, error.min) == (slo.EPARSE, 4, None)


@pytest.mark.parametrize(
    "function",
    [
        lambda: slo.MonitorSli(name="a", shards=-1),
        lambda: slo.MonitorSli(name="a", writers=2**32),
    ],
)
def test_integers_are_not_cut_off(function):
    error = refused(slo.OutOfRange, slo.Monitor, [function()])
    assert error.field in ("slis[0].shards", "slis[0].writers")
    assert error.max == 2**32 - 1


def test_arguments_are_not_cut_off():
    with slo.Counter() as counter, slo.Hist() as hist, slo.Window() as window:
        assert refused(slo.OutOfRange, counter.record_many, -1).field == "good"
        assert refused(slo.OutOfRange, counter.record_late, 2**64).field == "n"
        assert refused(slo.OutOfRange, hist.record, 2**63).value == 2**63
        assert refused(slo.OutOfRange, hist.record, -(2**63) - 1).min == -(2**63)
        assert refused(slo.OutOfRange, window.push, 2**64 + 5, slo.Counts()).field == "now_ns"
        hist.record(2**63 - 1)
        hist.record(-(2**63))
        hist.record(2**31)
        edges = [2**30 - 2, 2**30 - 1, 2**30, 2**31 - 1, 2**32 + 7]
        for value in edges:
            hist.record(value)
        assert slo.Snapshot.of(hist).summarize().sum == 2**63 - 1 + 2**31 + sum(edges)
        for wrong in (1.5, "1", None):
            refused(TypeError, counter.record_late, wrong)
        counter.record(2**32)  # would be GOOD, were it cut off
        assert counter.read().unknown == 1
        assert counter.read().counts == slo.Counts()


def test_texts_with_a_nul_are_refused():
    refused(ValueError, slo.time.parse, "2020\0")
    refused(ValueError, slo.Monitor, [slo.MonitorSli(name="a\0b")])


def test_wrong_types_name_the_field():
    error = refused(TypeError, slo.Monitor, [slo.MonitorSlo(name="a")])
    assert "slis[0] must be a slo.MonitorSli, not MonitorSlo" in str(error)
    refused(TypeError, slo.burn.eval, (1, 2), 999_000_000)


def test_long_texts():
    with slo.Ledger(1) as ledger:
        error = refused(
            slo.OutOfRange, ledger.append, slo.Correction(to_ns=1, reason="x" * 64)
        )  # fmt: skip
        assert (error.field, error.value, error.max) == ("reason", 64, 63)
        assert ledger.append(slo.Correction(to_ns=1, reason="é" * 31)) == 0
        assert ledger.read(0).correction.reason == "é" * 31


def test_no_data_carries_what_was_filled():
    error = refused(slo.NoData, slo.budget.eval, slo.Counts(0, 0, 5), 999_000_000)
    assert error.result.counts.excluded == 5
    with an_slo(objective_ppb=999_000_000, period_ns=slo.DAY_NS) as m:
        assert refused(slo.NoData, m.read, "a").result is None  # never ticked
        m.tick(slo.DAY_NS)
        m.tick(slo.DAY_NS + slo.MINUTE_NS)
        assert refused(slo.NoData, m.read, "a").result.budget.measured_ns == slo.MINUTE_NS
        assert refused(slo.NoData, m.counter, "b").field == "b"
        refused(slo.NoData, m.hist, "a")
        refused(slo.ClockJumped, m.tick, slo.DAY_NS * 300)


def test_every_status_has_its_class_and_text():
    for name, kind in status.CLASSES.items():
        error = _ffi.refusal(kind.status, None)
        assert type(error) is kind
        assert error.name == name
        assert str(error) == _ffi.text_of(_ffi.lib.slo_strerror(kind.status))
    newer = _ffi.refusal(-99, None)
    assert (type(newer), newer.status, newer.name) == (slo.Error, -99, "SLO_UNKNOWN")


def test_errors_can_be_sent_to_another_process():
    error = refused(slo.OutOfRange, an_slo, objective_ppb=0)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is slo.OutOfRange
    assert (again.field, again.value, again.min) == (error.field, error.value, error.min)
