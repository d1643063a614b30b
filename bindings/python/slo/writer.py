"""A row of cells of one's own (slo/writer.h).

A foreign call costs a hundred times what a row of its own saves, so from Python writers are for
batches, and for counting in a row that survives its process. A writer belongs to the thread that
opened it, and dies in a forked child (recording through it there loses nothing): open another one.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from ctypes import byref
from typing import TYPE_CHECKING, Any, Protocol

from . import _block, _ffi
from ._ffi import lib
from .constants import EXCLUDED
from .status import InvalidArgument

if TYPE_CHECKING:
    from .counter import Counter
    from .hist import Hist

_ACQUIRE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint32)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)


class WriterLock(Protocol):
    """A lock for each row that the kernel drops when its holder dies; it proves that death."""

    def acquire(self, slot: int) -> bool:
        """True: this process holds it now, whether or not it did before. Never waits."""

    def release(self, slot: int) -> None:
        """Gives it up."""


class FileLock:
    """A WriterLock: a record lock on byte `slot` of a file (fcntl's F_SETLK, which a forked child
    does not inherit). Raises OSError when the file cannot be opened."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._finalizer = weakref.finalize(self, os.close, self._file)

    def acquire(self, slot: int) -> bool:
        """See WriterLock."""
        import fcntl

        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True

    def release(self, slot: int) -> None:
        """See WriterLock."""
        import fcntl

        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)


def _lock_struct(lock: WriterLock) -> Any:
    c = _ffi.new("slo_writer_lock")
    acquire = _ACQUIRE(lambda _, slot: 1 if lock.acquire(slot) else 0)
    release = _RELEASE(lambda _, slot: lock.release(slot))
    c.acquire = ctypes.cast(acquire, ctypes.c_void_p)
    c.release = ctypes.cast(release, ctypes.c_void_p)
    c.keep = (acquire, release, lock)
    return c


def _give_back(close: Any, handle: int | None, *_: object) -> None:
    close(handle)


class _Writer(_block.Handle):
    __slots__ = ("_closer", "_thread")

    def _open(self, open_: Any, close: Any, object_at: Any, lock: WriterLock | None) -> None:
        c = None if lock is None else _lock_struct(lock)
        place = ctypes.c_void_p()
        open_(object_at, None if c is None else byref(c), byref(place))
        # the object's memory and the lock must outlive the handle
        self._closer = weakref.finalize(self, _give_back, close, place.value, object_at, c)
        self._thread = threading.get_ident()
        self._at = place

    def close(self) -> None:
        """Gives the row back; whoever opens it next goes on counting there. Raises InvalidArgument
        in any other thread than the one that opened it. Closing again does nothing."""
        if self.closed:
            return
        if threading.get_ident() != self._thread:
            raise InvalidArgument("a writer is closed by the thread that opened it")
        super().close()
        self._closer()


class CounterWriter(_Writer):
    """An owned row of a Counter; one thread."""

    __slots__ = ()

    def __init__(self, counter: Counter, lock: WriterLock | None = None) -> None:
        """Raises Busy (every row has an owner; CounterConfig.writers), MemoryError."""
        self._open(lib.slo_counter_writer_open, _close_counter, counter._at, lock)

    def record(self, outcome: int) -> None:
        """As Counter.record. The writer's thread only."""
        _record_counter(self._at, outcome if 0 <= outcome <= EXCLUDED else -1)


class HistWriter(_Writer):
    """An owned row of a Hist; one thread."""

    __slots__ = ()

    def __init__(self, hist: Hist, lock: WriterLock | None = None) -> None:
        """Raises Busy (every row has an owner; HistConfig.writers), MemoryError."""
        self._open(lib.slo_hist_writer_open, _close_hist, hist._at, lock)

    def record(self, value: int) -> None:
        """As Hist.record. The writer's thread only."""
        if 0 <= value < 0x3FFFFFFF:
            _record_hist(self._at, value)
        else:
            _record_hist_wide(self._at, value)

    def record_many(self, values: Any) -> None:
        """As Hist.record_many, but with the interpreter's lock held."""
        with _ffi.Batch(values, "values") as (at, n):
            _record_hist_many(self._at, at, n)


_close_counter = _ffi.raw("slo_counter_writer_close")
_close_hist = _ffi.raw("slo_hist_writer_close")
_record_counter = _ffi.bare("slo_counter_writer_record")
_record_hist = _ffi.bare("slo_hist_writer_record")
_record_hist_wide = lib.slo_hist_writer_record
_record_hist_many = _ffi.raw("slo_hist_writer_record_many")
