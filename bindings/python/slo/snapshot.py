"""What a histogram holds: quantiles, thresholds, buckets (slo/snapshot.h)."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator, Sequence
from ctypes import byref
from typing import Any

from . import _block, _ffi
from ._ffi import lib
from .hist import Hist, Threshold, read_threshold
from .status import NoData, OutOfRange
from .structs import Bucket, SnapshotSummary


class Snapshot(_block.Block):
    """A reading of a histogram, with its grid and thresholds; new ones are empty. One thread at a
    time; any number while nobody changes it."""

    __slots__ = ()

    def __init__(self, hist: Hist) -> None:
        """Empty; see read. Raises MemoryError."""
        self._at = _block.lay_out(lib.slo_snapshot_footprint, lib.slo_snapshot_init, hist._at)

    @staticmethod
    def footprint(hist: Hist) -> int:
        """The bytes that init needs."""
        return _block.footprint(lib.slo_snapshot_footprint, hist._at)

    @classmethod
    def init(cls, buffer: Any, hist: Hist) -> Snapshot:
        """An empty one in a buffer. Raises NoSpace, InvalidArgument."""
        return cls._over(_block.init(lib.slo_snapshot_init, buffer, hist._at))

    @classmethod
    def attach(cls, buffer: Any) -> Snapshot:
        """What init laid out. Raises NoSpace, IncompatibleVersion, Corrupt, InvalidArgument."""
        return cls._over(_block.attach(lib.slo_snapshot_attach, buffer))

    @classmethod
    def of(cls, hist: Hist) -> Snapshot:
        """A new one with all that was recorded so far."""
        made = cls(hist)
        made.read(hist)
        return made

    def read(self, hist: Hist) -> None:
        """Becomes everything recorded in hist so far. Raises InvalidArgument: another grid."""
        lib.slo_snapshot_read(self._at, hist._at)

    def merge(self, other: Snapshot) -> None:
        """Adds another one. Raises InvalidArgument: another grid, range or thresholds."""
        lib.slo_snapshot_merge(self._at, other._at)

    def subtract(self, earlier: Snapshot) -> None:
        """Takes an earlier reading of the same histogram away. Raises OutOfRange, and changes
        nothing, when that counts something this does not; InvalidArgument as merge."""
        lib.slo_snapshot_subtract(self._at, earlier._at)

    def downscale(self, scale: int) -> Snapshot:
        """The same values on a coarser grid, exactly. scale: slo.HIST_SCALE_MIN .. this one's.
        Raises OutOfRange."""
        at = self._at
        size = _block.footprint(lib.slo_snapshot_downscale_footprint, at, scale)
        memory, place = _ffi.allocate(size), ctypes.c_void_p()
        lib.slo_snapshot_downscale(at, scale, memory, size, byref(place))
        return Snapshot._over(memory)

    def summarize(self) -> SnapshotSummary:
        """Count, sum, bounds and what has no bucket. An empty one has count 0."""
        c = _ffi.new("slo_snapshot_summary")
        with contextlib.suppress(NoData):
            lib.slo_snapshot_summarize(self._at, byref(c))
        summary: SnapshotSummary = _ffi.result(c)
        return summary

    def prepare(self) -> None:
        """Makes quantile constant-time, until the contents change next."""
        lib.slo_snapshot_prepare(self._at)

    def quantile(self, quantile_ppb: int) -> int:
        """One quantile, 0..10^9 parts per billion, by nearest rank: the upper bound of its bucket,
        2^63 - 1 above the last one. Raises NoData, OutOfRange."""
        value = ctypes.c_int64()
        lib.slo_snapshot_quantile(self._at, quantile_ppb, byref(value))
        return value.value

    def quantiles(self, quantiles_ppb: Sequence[int]) -> list[int]:
        """Several in one pass, ascending. Raises NoData, OutOfRange (also: not ascending)."""
        wanted = _ffi.integers(quantiles_ppb, "u32", "quantiles_ppb")
        values = (ctypes.c_int64 * len(wanted))()
        lib.slo_snapshot_quantiles(self._at, wanted, len(wanted), values)
        return list(values)

    def count_le(self, value: int) -> int:
        """How many are surely <= value: exact at a bucket's upper bound."""
        count = ctypes.c_uint64()
        lib.slo_snapshot_count_le(self._at, value, byref(count))
        return count.value

    def mean(self) -> float:
        """Over the values >= 0, for showing. Raises NoData."""
        mean = ctypes.c_double()
        lib.slo_snapshot_mean(self._at, byref(mean))
        return mean.value

    def threshold(self, index: int = 0) -> Threshold:
        """As Hist.threshold, at the time of the snapshot."""
        return read_threshold(lib.slo_snapshot_threshold, self._at, index)

    def bucket(self, index: int) -> Bucket:
        """The index-th bucket, ascending. Raises OutOfRange beyond the last one."""
        c = _ffi.new("slo_bucket")
        lib.slo_snapshot_bucket(self._at, index, byref(c))
        bucket: Bucket = _ffi.result(c)
        return bucket

    def buckets(self) -> Iterator[Bucket]:
        """All buckets, ascending, the empty ones too."""
        index = 0
        while True:
            try:
                bucket = self.bucket(index)
            except OutOfRange:
                return
            yield bucket
            index += 1
