"""Batches through the buffer protocol: nothing copied, nothing converted, nothing misread."""

import array
import ctypes
import struct
import sys

import pytest
import slo

VALUES = [0, 1, -5, 300_000_000, 2**53, -(2**63), 2**63 - 1, 1000]
PACKED = struct.pack(f"={len(VALUES)}q", *VALUES)


class Numpy:
    """What a numpy array of int64 shows of itself."""

    def __init__(self):
        self.shown = (ctypes.c_int64 * len(VALUES))(*VALUES)

    def __buffer__(self, flags):
        return memoryview(self.shown)


def batches():
    yield "array", array.array("q", VALUES)
    yield "bytes", PACKED
    yield "bytearray", bytearray(PACKED)
    yield "memoryview of bytes", memoryview(PACKED)
    yield "memoryview of an array", memoryview(array.array("q", VALUES))
    yield "ctypes, format <q", (ctypes.c_int64 * len(VALUES))(*VALUES)
    yield "cast", memoryview(PACKED).cast("q")
    if array.array("l").itemsize == 8:
        yield "long", array.array("l", VALUES)
    if sys.version_info >= (3, 12):
        yield "the buffer protocol in Python", Numpy()


def summary(hist):
    return slo.Snapshot.of(hist).summarize()


@pytest.mark.parametrize("values", [pytest.param(b, id=name) for name, b in batches()])
def test_all_kinds(values):
    with slo.Hist() as one, slo.Hist() as many:
        for value in VALUES:
            one.record(value)
        many.record_many(values)
        assert summary(one) == summary(many)


@pytest.mark.parametrize(
    "values, why",
    [
        (array.array("Q", [1]), "format 'Q'"),
        (array.array("i", [1]), "of 4 bytes"),
        (array.array("d", [1.0]), "format 'd'"),
        (array.array("B", [1] * 8), "format 'B'"),
        (memoryview(array.array("B", [1] * 8)), "format 'B'"),
        (memoryview(array.array("q", range(8)))[::2], "contiguous"),
        (b"1234567", "7 bytes"),
        ([1, 2, 3], "array('q'), not list"),
        (range(3), "not range"),
        ("12345678", "not str"),
    ],
)
def test_wrong_kinds_are_clear_errors(values, why):
    with slo.Hist() as hist:
        with pytest.raises(TypeError) as caught:
            hist.record_many(values)
        assert why in str(caught.value)
        assert summary(hist).count == 0


def test_another_byte_order_is_refused():
    swapped = ctypes.c_int64.__ctype_be__ if sys.byteorder == "little" else None
    if swapped is None:
        pytest.skip("a little-endian machine's test")
    with slo.Hist() as hist, pytest.raises(TypeError):
        hist.record_many((swapped * 2)(1, 2))


def test_numpy():
    """The package does not import it; whoever has it may use it."""
    numpy = pytest.importorskip("numpy")
    with slo.Hist() as one, slo.Hist() as many:
        for value in VALUES:
            one.record(value)
        many.record_many(numpy.array(VALUES, dtype=numpy.int64))
        assert summary(one) == summary(many)
        for wrong in (
            numpy.array(VALUES, dtype=numpy.uint64),
            numpy.array([1, 2], dtype=numpy.int32),
            numpy.array([1.0]),
            numpy.zeros(8, dtype=numpy.uint8),
            numpy.array(VALUES, dtype=numpy.int64)[::2],
            numpy.zeros((4, 4), dtype=numpy.int64)[:, 1],
        ):
            with pytest.raises(TypeError):
                many.record_many(wrong)
        many.record_many(numpy.zeros((4, 4), dtype=numpy.int64))
        assert summary(many).zero == 17


def test_misaligned_bytes_are_refused():
    with slo.Hist() as hist, pytest.raises(ValueError, match="aligned"):
        hist.record_many(memoryview(bytes(17))[1:])


def test_nothing():
    with slo.Hist() as hist:
        hist.record_many(array.array("q"))
        hist.record_many(b"")
        assert summary(hist).count == 0


def test_nothing_is_held_afterwards():
    values = array.array("q", VALUES)
    with slo.Hist() as hist:
        hist.record_many(values)
        values.append(7)  # a buffer that is still held cannot grow
        before = sys.getrefcount(values)
        for _ in range(100):
            hist.record_many(values)
        assert sys.getrefcount(values) == before


def test_weights():
    values = array.array("q", [100, 200, 300])
    weights = array.array("Q", [1, 2, 3])
    coverage = slo.target.coverage_many(values, 200, weights)
    assert (coverage.total, coverage.within_low, coverage.within_high) == (6, 3, 3)
    with pytest.raises(ValueError):
        slo.target.coverage_many(values, 200, weights[:2])
    with pytest.raises(TypeError):
        slo.target.coverage_many(values, 200, values)
