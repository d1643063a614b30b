"""The C library, through one table (_abi): struct layouts, argument and result types, errors.

`lib.slo_x(...)` is a function of the library. It takes the parameters of the header except a last
`slo_error *error`, which it brings itself; refuses integers that their C type does not hold
(ctypes would cut them off); and raises what a negative status says. `raw(name)` is the bare
foreign function, for what takes nanoseconds.

Functions that take long run without the interpreter's lock; those in QUICK keep it, for giving it
up and getting it back takes longer than they do.
"""

from __future__ import annotations

import contextlib
import ctypes
import operator
import sys
from ctypes import byref
from typing import Any, Callable

from . import _abi, _find, structs
from .status import Error, NoSpace, OutOfRange, of_status

ALIGN = int(_abi.CONSTANTS["SLO_ALIGN"])

QUICK = {
    "slo_counter_record",
    "slo_counter_record_many",
    "slo_counter_record_late",
    "slo_counter_writer_record",
    "slo_counter_writer_open",
    "slo_counter_writer_close",
    "slo_hist_record",
    "slo_hist_record_times",
    "slo_hist_writer_record",
    "slo_hist_writer_record_many",
    "slo_hist_writer_open",
    "slo_hist_writer_close",
    "slo_attempt_begin",
    "slo_attempt_step",
    "slo_attempt_exclude",
    "slo_attempt_end",
    "slo_monitor_record",
    "slo_sli_classify",
    "slo_rule_classify",
    "slo_snapshot_quantile",
}

_SCALARS: dict[str, Any] = {
    "i32": ctypes.c_int32,
    "u32": ctypes.c_uint32,
    "i64": ctypes.c_int64,
    "u64": ctypes.c_uint64,
    "f64": ctypes.c_double,
    "size": ctypes.c_size_t,
    "text": ctypes.c_char_p,
    "pointer": ctypes.c_void_p,
    "void": None,
    "status": ctypes.c_int32,
}
_RANGES = {
    "i32": (-(2**31), 2**31 - 1),
    "u32": (0, 2**32 - 1),
    "i64": (-(2**63), 2**63 - 1),
    "u64": (0, 2**64 - 1),
    "size": (0, 2 ** (8 * ctypes.sizeof(ctypes.c_size_t)) - 1),
}

# ---- structs ----


def _layout(fields: Any, known: dict[str, Any]) -> list[tuple[str, Any]]:
    layout = []
    for name, kind, length, _, _ in fields:
        one = ctypes.c_char if kind == "char" else _SCALARS.get(kind) or known[kind]
        layout.append((name, one * length if length > 1 else one))
    return layout


def _make_structs() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, fields in _abi.STRUCTS.items():
        made[name] = type(name, (ctypes.Structure,), {"_fields_": _layout(fields, made)})
    return made


STRUCTS: dict[str, Any] = _make_structs()


def new(name: str) -> Any:
    """A zeroed struct with its struct_size set, when it has one."""
    struct = STRUCTS[name]()
    if _abi.STRUCTS[name][0][0] == "struct_size":
        struct.struct_size = ctypes.sizeof(struct)
    return struct


def array(name: str, n: int) -> Any:
    """n zeroed structs; each says its struct_size, when there is one."""
    values = (STRUCTS[name] * n)()
    if _abi.STRUCTS[name][0][0] == "struct_size":
        for value in values:
            value.struct_size = ctypes.sizeof(value)
    return values


def checked(value: Any, kind: str, field: str) -> int:
    """value as an integer of a C type. Raises OutOfRange, TypeError (it is no integer)."""
    number = operator.index(value)
    low, high = _RANGES[kind]
    if not low <= number <= high:
        text = f"{field}: {number} is not in {low}..{high} (value out of range)"
        raise OutOfRange(text, field=field, value=number, min=low, max=high)
    return number


def encoded(text: str, field: str) -> bytes:
    """text as UTF-8. Raises ValueError when it has a NUL, where C would cut it off."""
    data = text.encode()
    if b"\0" in data:
        raise ValueError(f"{field}: a text must not contain a NUL")
    return data


def integers(values: Any, kind: str, field: str) -> Any:
    """A C array of checked integers."""
    numbers = [checked(v, kind, f"{field}[{i}]") for i, v in enumerate(values)]
    return (_SCALARS[kind] * len(numbers))(*numbers)


def _attribute(name: str) -> str:
    return name + "_" if name == "from" else name


def _shown(name: str) -> list[tuple[str, str, int, str, str]]:
    fields = _abi.STRUCTS[name]
    counts = {count for *_, count in fields}
    return [f for f in fields if f[0] not in ("struct_size", "reserved") and f[0] not in counts]


_SHOWN = {name: _shown(name) for name in _abi.STRUCTS}


def _nested(value: Any, struct: str, keep: list[Any], path: str) -> Any:
    filled = new(struct)
    fill(filled, struct, value, keep, path + ".")
    return filled


def _several(values: Any, struct: str, keep: list[Any], path: str) -> Any:
    made = array(struct, len(values))
    for i, value in enumerate(values):
        fill(made[i], struct, value, keep, f"{path}[{i}].")
    return made


def fill(c: Any, struct: str, value: Any, keep: list[Any], path: str = "") -> None:
    """Writes a dataclass into a C struct. What it points to is appended to keep."""
    expected = structs.CLASSES[struct]
    if not isinstance(value, expected):
        where = path[:-1] or "it"
        raise TypeError(f"{where} must be a slo.{expected.__name__}, not {type(value).__name__}")
    for name, kind, length, target, count in _SHOWN[struct]:
        given = getattr(value, _attribute(name))
        where = path + name
        if kind in _RANGES:
            setattr(c, name, checked(given, kind, where))
        elif kind in ("text", "char"):
            if given is None:
                continue
            data = encoded(given, where)
            if kind == "char" and len(data) >= length:
                text = f"{where}: {len(data)} bytes are not in 0..{length - 1} (value out of range)"
                raise OutOfRange(text, None, where, len(data), 0, length - 1)
            setattr(c, name, data)
            keep.append(data)
        elif kind == "pointer":
            if given is None:
                continue
            if target not in STRUCTS and target not in _RANGES:
                keep.append(given._at)  # a handle, and with it the memory it stands for
                setattr(c, name, address(given._at))
                continue
            many = count or name == "slices"
            if target in _RANGES:
                made = integers(given, target, where)
            else:
                made = (_several if many else _nested)(given, target, keep, where)
            if count:
                setattr(c, count, checked(len(made), "u32", count))
            if not many or len(made):
                keep.append(made)
                setattr(c, name, ctypes.addressof(made))
        elif length > 1:
            if count:
                setattr(c, count, len(given))
            elif len(given) != length:
                raise ValueError(f"{where} must have {length} elements, not {len(given)}")
            if len(given) > length:
                text = f"{where}: {len(given)} are not in 0..{length} (value out of range)"
                raise OutOfRange(text, None, where, len(given), 0, length)
            for i, one in enumerate(given):
                fill(getattr(c, name)[i], kind, one, keep, f"{where}[{i}].")
        else:
            fill(getattr(c, name), kind, given, keep, where + ".")


def config(struct: str, value: Any) -> Any:
    """A reference to a C struct with the contents of a dataclass, and all it points to; None is
    NULL."""
    if value is None:
        return None
    c = new(struct)
    keep: list[Any] = []
    fill(c, struct, value, keep)
    c.keep = keep
    return byref(c)


def configs(struct: str, values: Any, field: str) -> Any:
    """A C array of them; None when there are none."""
    values = list(values)
    if not values:
        return None
    keep: list[Any] = []
    made = _several(values, struct, keep, field)
    made.keep = keep
    return made


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _pointed(c: Any, name: str, target: str, count: str) -> Any:
    at = getattr(c, name)
    if not count:
        return result(STRUCTS[target].from_address(at)) if at and target in STRUCTS else None
    n = getattr(c, count) if at else 0
    if target in _RANGES:
        return tuple((_SCALARS[target] * n).from_address(at)) if n else ()
    return tuple(result(one) for one in (STRUCTS[target] * n).from_address(at)) if n else ()


def result(c: Any) -> Any:
    """The dataclass of a C struct, with all it points to."""
    struct = type(c).__name__
    given = []
    for name, kind, length, target, count in _SHOWN[struct]:
        value: Any = getattr(c, name)
        if kind in _RANGES or kind == "f64":
            pass
        elif kind in ("text", "char"):
            value = None if value is None else _text(value)
        elif kind == "pointer":
            value = _pointed(c, name, target, count)
        elif length > 1:
            n = getattr(c, count) if count else length
            value = tuple(result(value[i]) for i in range(min(n, length)))
        else:
            value = result(value)
        given.append(value)
    return structs.CLASSES[struct](*given)


# ---- functions ----


def _load() -> tuple[str, ctypes.CDLL, ctypes.PyDLL]:
    path = _find.find()
    try:
        free, held = ctypes.CDLL(path), ctypes.PyDLL(path)
        version = free.slo_version() // 1000  # of 0.x the minor number counts
    except (OSError, AttributeError) as error:
        raise ImportError(f"libslo at {path} cannot be loaded: {error}") from error
    major, minor = _abi.CONSTANTS["SLO_VERSION_MAJOR"], _abi.CONSTANTS["SLO_VERSION_MINOR"]
    if version // 1000 != major or (major == 0 and version != minor):
        raise ImportError(
            f"libslo at {path} is {version // 1000}.{version % 1000}, this package is for "
            f"{major}.{minor}"
        )
    return path, free, held


PATH, _free, _held = _load()


def raw(name: str) -> Any:
    """The foreign function, which checks and raises nothing."""
    kind, parameters = _abi.FUNCTIONS[name]
    try:
        function = getattr(_held if name in QUICK else _free, name)
    except AttributeError:
        raise Error(f"the libslo at {PATH} has no {name}") from None
    function.restype = _SCALARS[kind]
    function.argtypes = [_SCALARS[p] for _, p in parameters]
    return function


def bare(name: str) -> Any:
    """The same with undeclared arguments: references, and integers that a C int holds, 0..2^31 - 1.

    Converting by declared types costs ctypes as much as the call. An undeclared integer goes as a C
    int, which libffi widens to a register, so it is an int64, too, where registers have 64 bits;
    elsewhere the declared function stands in."""
    if ctypes.sizeof(ctypes.c_void_p) < 8:
        return _wrap(name)
    function = (_held if name in QUICK else _free)[name]
    function.restype = _SCALARS[_abi.FUNCTIONS[name][0]]
    return function


def refusal(status: int, error: Any) -> Error:
    """The exception of a status and, when there is one, an slo_error that was filled."""
    kind = of_status(status)
    if error is None or error.status != status:
        return kind(text_of(_strerror(status)), status)
    line = ctypes.create_string_buffer(256)
    _error_format(byref(error), line, len(line))
    ranged = error.min <= error.max
    return kind(
        _text(line.value),
        status,
        _text(error.field),
        error.value,
        error.min if ranged else None,
        error.max if ranged else None,
    )


_strerror = raw("slo_strerror")
_error_format = raw("slo_error_format")


def _wrap(name: str) -> Callable[..., Any]:
    function = raw(name)
    kind, parameters = _abi.FUNCTIONS[name]
    checks = [(i, p, k) for i, (p, k) in enumerate(parameters) if k in _RANGES]
    has_error = bool(parameters) and parameters[-1][0] == "error"
    is_status = kind == "status"

    def call(*given: Any) -> Any:
        for i, parameter, k in checks:
            checked(given[i], k, parameter)
        error = None
        if has_error:
            error = new("slo_error")
            answer = function(*given, byref(error))
        else:
            answer = function(*given)
        if is_status and answer < 0:
            raise refusal(answer, error)
        return answer

    return call


class _Library:
    """Binds each function when it is first asked for."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in _abi.FUNCTIONS:
            raise AttributeError(name)
        function = _wrap(name)
        setattr(self, name, function)
        return function


lib: Any = _Library()


def text_of(answer: bytes | None) -> str:
    """What a function answers that returns a static text."""
    return _text(answer or b"")


def formatted(function: Callable[..., Any], *before: Any, size: int) -> str:
    """What a function writes that takes (.., buffer, size)."""
    buffer = ctypes.create_string_buffer(size)
    function(*before, buffer, size)
    return _text(buffer.value)


# ---- memory ----


def address(at: Any) -> int:
    """The address that a reference stands for."""
    return ctypes.cast(at, ctypes.c_void_p).value or 0


def allocate(size: int) -> Any:
    """A reference to size zeroed bytes, aligned as blocks are; they live as long as it does."""
    memory = (ctypes.c_char * (size + ALIGN))()
    return byref(memory, -ctypes.addressof(memory) % ALIGN)


def over(buffer: Any) -> tuple[Any, int]:
    """A reference to the bytes of a writable buffer, and how many they are."""
    view = memoryview(buffer)
    if view.readonly:
        raise TypeError("a block needs a writable buffer")
    if not view.c_contiguous:
        raise TypeError("a block needs a contiguous buffer")
    memory = (ctypes.c_char * view.nbytes).from_buffer(view)
    return byref(memory), view.nbytes


def inside(at: Any, part: int) -> Any:
    """A reference to an address inside a block, which keeps the block's memory."""
    memory = at._obj
    return byref(memory, part - ctypes.addressof(memory))


class _Buffer(ctypes.Structure):
    """Py_buffer, of which only buf is looked at."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("rest", ctypes.c_void_p * 16),
    ]


_acquire = ctypes.pythonapi.PyObject_GetBuffer
_acquire.argtypes = [ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int]
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = [ctypes.POINTER(_Buffer)]
_release.restype = None

_WORDS = {"i64": ("q", "l"), "u64": ("Q", "L")}


class Batch:
    """The integers of a buffer, where they are: nothing is copied.

        with Batch(values, "values") as (at, n): ...

    values: an array('q'), a numpy array of int64, any contiguous buffer of 64-bit integers with
    this sign in this machine's order; or the bytes of such integers, as bytes, bytearray or a
    memoryview of these. TypeError for anything else; nothing is converted.
    """

    def __init__(self, values: Any, field: str, kind: str = "i64") -> None:
        try:
            view = memoryview(values)
        except TypeError:
            raise TypeError(
                f"{field} must be a buffer of {_NAMED[kind]}, such as an "
                f"array('{_WORDS[kind][0]}'), not {type(values).__name__}"
            ) from None
        with view:
            form = view.format.lstrip("@=" + _NATIVE)
            packed = form in ("B", "b", "c") and isinstance(view.obj, (bytes, bytearray))
            if not view.c_contiguous:
                raise TypeError(f"{field} must be contiguous")
            if not packed and (form not in _WORDS[kind] or view.itemsize != 8):
                raise TypeError(
                    f"{field} must hold {_NAMED[kind]}, not format '{view.format}' "
                    f"of {view.itemsize} bytes"
                )
            if view.nbytes % 8:
                raise TypeError(f"{field} must be whole integers, not {view.nbytes} bytes")
            self._n = view.nbytes // 8
        self._values = values
        self._field = field
        self._buffer = _Buffer()

    def __enter__(self) -> tuple[int | None, int]:
        # a bare buffer of bytes; that it is contiguous is known
        _acquire(self._values, ctypes.byref(self._buffer), 0)
        at = self._buffer.buf
        if self._n and at % 8:
            _release(ctypes.byref(self._buffer))
            raise ValueError(f"{self._field} must be aligned to 8 bytes")
        return (at if self._n else None), self._n

    def __exit__(self, *_: object) -> None:
        _release(ctypes.byref(self._buffer))


_NATIVE = "<" if sys.byteorder == "little" else ">!"
_NAMED = {"i64": "signed 64-bit integers", "u64": "unsigned 64-bit integers"}


def collected(struct: str, kind: str, call: Callable[[Any, int, Any], Any]) -> list[Any]:
    """Everything that a function finds which takes (array, capacity, &count), says SLO_ESPACE
    when that was too small (or does not say it), and how many there are in any case."""
    capacity = 64
    while True:
        found, count = array(struct, capacity), _SCALARS[kind]()
        with contextlib.suppress(NoSpace):
            call(found, capacity, byref(count))
        if count.value <= capacity:
            return [result(found[i]) for i in range(count.value)]
        capacity = count.value
