"""What all objects of the library have in common: one block of memory.

Objects that Python makes lie in memory that Python owns, and that stays as long as anything
refers to it: the object, a part of it, or a call that is under way. So nothing is ever freed under
somebody's feet, whatever is closed or collected first. What is closed refuses to be used: its
reference `_at` is gone, and who asks for it gets slo.Closed.
"""

from __future__ import annotations

import contextlib
import ctypes
from ctypes import byref
from typing import Any, TypeVar

from . import _ffi
from .status import Closed

Self = TypeVar("Self", bound="Handle")


class Handle:
    """Something that can be closed. A context manager."""

    __slots__ = ("_at", "__weakref__")
    _at: Any
    _is_closed = False

    @property
    def closed(self) -> bool:
        """Was it closed?"""
        return self._is_closed

    def close(self) -> None:
        """Lets go of the memory. Whoever uses it afterwards gets slo.Closed. Closing again does
        nothing."""
        if not self._is_closed:
            # an own class, so that open objects need not ask whether they are closed
            self.__class__ = _closed_class(type(self))
            with contextlib.suppress(AttributeError):
                del self._at

    def __enter__(self: Self) -> Self:
        self._at  # noqa: B018  closed ones cannot be entered
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _refuse(self: Handle, name: str) -> Any:
    if name == "_at":
        raise Closed(f"this {type(self).__name__} is closed")
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


_closed_classes: dict[type[Any], type[Any]] = {}


def _closed_class(kind: type[Any]) -> type[Any]:
    """The same kind of object, of which `_at` is gone."""
    if kind._is_closed:  # another thread was first
        return kind
    if kind not in _closed_classes:
        members = {
            "__slots__": (),
            "__module__": kind.__module__,
            "__getattr__": _refuse,
            "_is_closed": True,
        }
        _closed_classes[kind] = type(kind.__name__, (kind,), members)
    return _closed_classes[kind]


class Block(Handle):
    """One flat block of memory (slo/memory.h): its own, or a buffer of the caller's.

    X(..) uses memory of its own. X.footprint(..) says how many bytes X.init(buffer, ..) needs, and
    X.attach(buffer) finds what init laid out, also from another process: the buffer is any
    writable one aligned to slo.ALIGN bytes, such as an mmap or a SharedMemory's buf. While the
    object is open the buffer cannot be closed or resized.
    """

    __slots__ = ()

    @classmethod
    def _over(cls: type[Self], at: Any) -> Self:
        made = object.__new__(cls)
        made._at = at
        return made


def footprint(function: Any, *given: Any) -> int:
    size = ctypes.c_size_t()
    function(*given, byref(size))
    return size.value


def lay_out(size_of: Any, init: Any, *given: Any) -> Any:
    """footprint, allocate and init in one; the reference to the block."""
    size = footprint(size_of, *given)
    at = _ffi.allocate(size)
    place = ctypes.c_void_p()
    init(at, size, *given, byref(place))
    return at


def init(function: Any, buffer: Any, *given: Any) -> Any:
    at, size = _ffi.over(buffer)
    place = ctypes.c_void_p()
    function(at, size, *given, byref(place))
    return at


def attach(function: Any, buffer: Any) -> Any:
    at, size = _ffi.over(buffer)
    place = ctypes.c_void_p()
    function(at, size, byref(place))
    return at
