"""A real call graph and its real five-minute slices, as a journey of which only marginals are
known: what its parts say about the whole, and what composites make of it, computed again in
fractions."""

import csv
import ctypes
import functools
from fractions import Fraction

import model_ffi as ffi
import pytest
from conftest import BUILD

pytestmark = ffi.needs_plain_library
u32, u64 = ctypes.c_uint32, ctypes.c_uint64
ONE = 10**9
RATIO_ONE = 10**11
OBJECTIVE = 990000000
ROOT = "PetSite"


class Edge(ctypes.Structure):
    _fields_ = ffi.of(u32, "source target critical reserved")


class Availability(ctypes.Structure):
    _fields_ = ffi.of(u64, "low independent high assumes")


class Part(ctypes.Structure):
    _fields_ = [
        ("counts", ffi.Counts),
        ("slices", ctypes.POINTER(ffi.Counts)),
        *ffi.of(u64, "objective slice_objective weight"),
    ]


class Composite(ffi.Struct):
    _fields_ = [
        *ffi.of(u32, "struct_size method"),
        *ffi.of(u64, "objective valid good bad consumed_ppm"),
        *ffi.of(u32, "parts reserved"),
    ]


@functools.cache
def library():
    return ctypes.CDLL(str(BUILD / "libslo.so"))


@pytest.fixture(scope="module")
def graph(data):
    with open(data / "petshop-low" / "graph.csv", newline="") as f:
        rows = list(csv.reader(f))
    names = rows[0][1:]
    return {row[0]: [n for n, x in zip(names, row[1:]) if float(x) != 0] for row in rows[1:]}


@pytest.fixture(scope="module")
def slices(data):
    """component -> (valid, bad) of every slice, in time"""
    found = {}
    with open(data / "petshop-low" / "slices.csv", newline="") as f:
        for row in csv.DictReader(f):
            counts = (int(row["ts_ms"]), int(row["requests"]), int(row["bad"]))
            found.setdefault(row["component"], []).append(counts)
    return {k: [(valid, bad) for _, valid, bad in sorted(v)] for k, v in found.items()}


def reached(graph, root):
    """Everything the root cannot do without: each once, at any depth."""
    seen, todo = set(), [root]
    while todo:
        for name in graph[todo.pop()]:
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen - {root}


def edges_of(graph, names):
    pairs = [(names.index(a), names.index(b)) for a, targets in graph.items() for b in targets]
    return (Edge * len(pairs))(*(Edge(a, b, 1, 0) for a, b in pairs)), len(pairs)


def test_the_graph_as_dependencies(graph, slices):
    names = list(graph)
    edges, count = edges_of(graph, names)
    found, n = (u32 * len(names))(), u32()
    lib = library()
    status = lib.slo_depend_critical(
        edges, count, len(names), names.index(ROOT), found, len(names), ctypes.byref(n), None
    )
    assert status == ffi.OK
    critical = {names[i] for i in found[: n.value]}
    assert critical == reached(graph, ROOT)
    assert len(critical) > 10

    own = {}
    for name in names:
        valid = sum(v for v, _ in slices.get(name, []))
        bad = sum(b for _, b in slices.get(name, []))
        own[name] = (valid - bad) * ONE // valid if valid else ONE
    whole = Availability()
    marginals = (u64 * len(names))(*(own[name] for name in names))
    status = lib.slo_depend_eval(
        edges, count, marginals, len(names), names.index(ROOT), ctypes.byref(whole), None
    )
    assert status == ffi.OK
    parts = [own[name] for name in [*critical, ROOT]]
    product = Fraction(1)
    for a in parts:
        product *= Fraction(a, ONE)
    assert whole.low == max(0, ONE - sum(ONE - a for a in parts))
    assert whole.high == min(parts)
    assert int(product * ONE) - 1 <= whole.independent <= product * ONE
    # the state machine fails half the time by design: no bound can be better than its part
    assert whole.high < ONE * 6 // 10


def members(graph, slices):
    """The journey: the site and what it calls itself, as far as it was measured."""
    return [name for name in [ROOT, *graph[ROOT]] if any(v for v, _ in slices.get(name, []))]


def composite(method, parts, slice_count):
    result = Composite()
    array = (Part * len(parts))(*parts)
    status = library().slo_composite_eval(
        method, u64(OBJECTIVE), array, len(parts), slice_count, ctypes.byref(result), None
    )
    assert status == ffi.OK
    return result


def sliced(slices, name, slice_objective):
    counts = [ffi.Counts(good=v - b, bad=b, excluded=0) for v, b in slices[name]]
    array = (ffi.Counts * len(counts))(*counts)
    return Part(
        ffi.Counts(), array, OBJECTIVE, slice_objective, 10**6 if not slice_objective else 0
    )


def test_the_journey_by_occurrences(graph, slices):
    parts, burn = [], Fraction(0)
    for name in members(graph, slices):
        valid, bad = (sum(x) for x in zip(*slices[name]))
        burn += Fraction(bad * ONE, valid * (ONE - OBJECTIVE))
        parts.append(Part(ffi.Counts(good=valid - bad, bad=bad), None, OBJECTIVE, 0, 10**6))
    result = composite(ffi.OCCURRENCES, parts, 0)
    assert result.consumed_ppm == burn * 10**6 // 1
    assert result.parts == len(parts) > 3


def test_the_journey_by_timeslices(graph, slices):
    names = members(graph, slices)
    target = 995000000
    bad = valid = 0
    for row in zip(*(slices[name] for name in names)):
        judged = [(v - b) * ONE >= target * v for v, b in row if v != 0]
        valid += bool(judged)
        bad += not all(judged)
    result = composite(ffi.TIMESLICES, [sliced(slices, n, target) for n in names], 589)
    assert (result.valid, result.bad, result.good) == (valid, bad, valid - bad)
    assert result.consumed_ppm == bad * 10**15 // ((ONE - OBJECTIVE) * valid)
    assert 0 < bad < valid


def test_the_journey_by_ratio_timeslices(graph, slices):
    names = members(graph, slices)
    bad = valid = 0
    for row in zip(*(slices[name] for name in names)):
        ratios = [(2 * b * RATIO_ONE + v) // (2 * v) for v, b in row if v != 0]  # to the nearest
        valid += bool(ratios)
        bad += min(RATIO_ONE, sum(ratios))
    result = composite(ffi.RATIO_TIMESLICES, [sliced(slices, n, 0) for n in names], 589)
    assert result.valid == valid * RATIO_ONE
    assert abs(result.bad - bad) <= valid * len(names)
    assert abs(result.consumed_ppm - bad * 10**6 * ONE // ((ONE - OBJECTIVE) * result.valid)) <= 1
    assert bad > 0
