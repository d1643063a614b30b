"""Canonical bytes, whoever encodes: an encoder and a decoder written from the description in
src/journey/codec.h alone, against the library's. Definitions are plain dicts."""

import ctypes
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_ffi import (
    OK,
    AlertConfig,
    AlertTier,
    Block,
    Calendar,
    Struct,
    array,
    i64,
    needs_plain_library,
    of,
    pointer,
    ref,
    size_t,
    slo,
    u32,
    u64,
)

pytestmark = needs_plain_library

SECOND, HOUR, DAY = 10**9, 3600 * 10**9, 86400 * 10**9
TIME_MAX = 9214646399999999999
WORD = 2**64 - 1

# ---- the format: what a record has, in this order ----

TEXT = "text"
GATE = "kind alarms_per_year_ppm dead_ns healthy_burn_ppm least_burn_ppm"
RECORDS = {
    "service": [("name", TEXT), ("journeys", ["journey"])],
    "journey": [
        *((name, TEXT) for name in "name summary owner policy".split()),
        *((name, int) for name in "review_ns limit_ns shards".split()),
        ("steps", ["step"]),
        ("slis", ["sli"]),
        ("slos", ["slo"]),
    ],
    "step": [
        *((name, TEXT) for name in "name actor component".split()),
        *((name, int) for name in "flags fallback_of".split()),
    ],
    "sli": [
        ("name", TEXT),
        *((name, int) for name in "step kind protocol counted threshold_ns least_ppm".split()),
        *((name, int) for name in "least_per_hour interval_ns unmeasured slice_ns".split()),
        ("slice_objective_ppb", int),
        ("codes", ["code"]),
    ],
    "code": [(name, int) for name in "first last outcome".split()],
    "slo": [
        ("name", TEXT),
        *((name, int) for name in "sli method objective_ppb period_ns".split()),
        *((f"calendar_{name}", int) for name in "unit every anchor_ns".split()),
        *((name, int) for name in "catalog requests_per_hour".split()),
        ("tiers", ["tier"]),
        ("alert", "alert"),
    ],
    "tier": [
        *((name, int) for name in "long_ns short_ns factor_ppm for_ns keep_firing_ns".split()),
        *((name, int) for name in "severity flags kind group".split()),
    ],
    "alert": [
        *((name, int) for name in "slot_ns flags".split()),
        *((f"page_{name}", int) for name in GATE.split()),
        *((f"ticket_{name}", int) for name in GATE.split()),
    ],
}
TYPES = list(RECORDS)


def mix(x):
    x = (x ^ x >> 33) * 0xFF51AFD7ED558CCD & WORD
    x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53 & WORD
    return x ^ x >> 33


def fingerprint(data):
    words = len(data) // 8
    total = 0
    for i, word in enumerate(struct.unpack_from(f"<{words}Q", data)):
        total = mix(total ^ (0 if i == 2 else word))
    for byte in data[words * 8 :]:
        total = mix(total ^ byte)
    return total


class Place:
    """Where something will be, once it is known how much lies in front of it."""

    def __init__(self, size):
        self.size, self.at = size, None


def encode(definition):
    lists, texts = [], []  # of (type, rows, place); of (bytes, place)

    def put_text(text):
        if text is None:
            return 0
        place = Place(len(text.encode()))
        texts.append((text.encode() + b"\0", place))
        return place

    def put_list(kind, items):
        if not items:
            return 0
        rows, place = [], Place(len(items))
        lists.append((kind, rows, place))
        for item in items:
            rows.append([put(item[name], of_what) for name, of_what in RECORDS[kind]])
        return place

    def put(value, of_what):
        if of_what is int:
            return value & WORD
        if of_what is TEXT:
            return put_text(value)
        if isinstance(of_what, list):
            return put_list(of_what[0], value)
        return put_list(of_what, [] if value is None else [value])

    put_list("service", [definition])
    width = dict.fromkeys(TYPES, 0)
    for kind, rows, _ in lists:
        used = [i + 1 for row in rows for i, word in enumerate(row) if word != 0]
        width[kind] = max([width[kind], *used])
    at = 32
    for kind, rows, place in lists:
        place.at = at
        at += len(rows) * width[kind] * 8
    for text, place in texts:
        place.at = at
        at += len(text)
    words = [
        word.at << 32 | word.size if isinstance(word, Place) else word
        for kind, rows, _ in lists
        for row in rows
        for word in row[: width[kind]]
    ]
    widths = bytes(width[kind] for kind in TYPES)
    body = struct.pack(f"<{len(words)}Q", *words) + b"".join(text for text, _ in texts)

    def front(print_of_it):
        return b"slodef\0\1" + struct.pack("<QQ", at, print_of_it) + widths

    return front(fingerprint(front(0) + body)) + body


def decode(data):
    """Goes where the words point to, whatever lies there."""
    widths = dict(zip(TYPES, data[24:32]))
    negative = ("first", "last", "outcome", "review_ns")

    def read(kind, at):
        width = widths[kind]
        words = struct.unpack_from(f"<{width}Q", data, at)
        words += (0,) * (len(RECORDS[kind]) - width)
        return {
            name: value(name, of_what, word) for (name, of_what), word in zip(RECORDS[kind], words)
        }

    def value(name, of_what, word):
        place, count = word >> 32, word & 0xFFFFFFFF
        if of_what is int:
            return word - 2**64 if name in negative and word >= 2**63 else word
        if of_what is TEXT:
            return None if word == 0 else data[place : place + count].decode()
        if isinstance(of_what, list):
            kind = of_what[0]
            return [read(kind, place + i * widths[kind] * 8) for i in range(count)]
        return None if word == 0 else read(of_what, place)

    return read("service", 32)


# ---- the library's structs ----

text = ctypes.c_char_p


class Step(Struct):
    _fields_ = [*of(text, "name actor component"), *of(u32, "flags fallback_of")]


class Code(Struct):
    _fields_ = of(ctypes.c_int32, "first last outcome")


class Sli(Struct):
    _fields_ = [
        *of(u32, "kind protocol counted code_count"),
        ("codes", Code * 8),
        ("threshold_ns", i64),
        *of(u64, "least_ppm least_per_hour"),
        ("interval_ns", i64),
        ("reserved", u64 * 2),
    ]


class JourneySli(Struct):
    _fields_ = [
        ("name", text),
        *of(u32, "step unmeasured"),
        ("sli", Sli),
        ("slice_ns", i64),
        ("slice_objective_ppb", u64),
        ("reserved", u64 * 2),
    ]


class JourneySlo(Struct):
    _fields_ = [
        ("name", text),
        *of(u32, "sli method"),
        ("objective_ppb", u64),
        ("period_ns", i64),
        ("calendar", Calendar),
        *of(u32, "catalog tier_count"),
        ("tiers", ctypes.POINTER(AlertTier)),
        ("alert", ctypes.POINTER(AlertConfig)),
        ("requests_per_hour", u64),
        ("reserved", u64 * 2),
    ]


class JourneyConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size shards"),
        *of(text, "name summary owner policy"),
        *of(i64, "review_ns limit_ns"),
        ("steps", ctypes.POINTER(Step)),
        ("slis", ctypes.POINTER(JourneySli)),
        ("slos", ctypes.POINTER(JourneySlo)),
        *of(u32, "step_count sli_count slo_count reserved"),
    ]


class DefinitionConfig(Struct):
    _fields_ = [
        *of(u32, "struct_size journey_count"),
        ("service", text),
        ("journeys", ctypes.POINTER(JourneyConfig)),
    ]


def fill(config, plain):
    """The fields of plain that the struct has by this name and that are no lists."""
    for name, kind in config._fields_:
        if plain.get(name) is None or isinstance(plain[name], (list, dict)):
            continue
        setattr(config, name, plain[name].encode() if kind is text else plain[name])
    return config


def config_of(definition):
    def sli(plain):
        config = fill(JourneySli(), plain)
        fill(config.sli, plain)
        config.sli.code_count = len(plain["codes"])
        for code, values in zip(config.sli.codes, plain["codes"]):
            fill(code, values)
        return config

    def alert(plain):
        config = fill(AlertConfig(), plain)
        for gate, severity in zip(config.gate, ("page", "ticket")):
            fill(gate, {name: plain[f"{severity}_{name}"] for name in GATE.split()})
        return ctypes.pointer(config)

    def objective(plain):
        config = fill(JourneySlo(), plain)
        for name in "unit every anchor_ns".split():
            setattr(config.calendar, name, plain[f"calendar_{name}"])
        config.tier_count = len(plain["tiers"])
        if plain["tiers"]:
            config.tiers = array(AlertTier, [fill(AlertTier(), tier) for tier in plain["tiers"]])
        if plain["alert"] is not None:
            config.alert = alert(plain["alert"])
        return config

    def journey(plain):
        config = fill(JourneyConfig(), plain)
        config.steps = array(Step, [fill(Step(), step) for step in plain["steps"]])
        config.slis = array(JourneySli, [sli(one) for one in plain["slis"]])
        config.slos = array(JourneySlo, [objective(one) for one in plain["slos"]])
        for name in ("step", "sli", "slo"):
            setattr(config, f"{name}_count", len(plain[f"{name}s"]))
        return config

    journeys = [journey(plain) for plain in definition["journeys"]]
    return DefinitionConfig(
        service=definition["name"].encode(),
        journeys=array(JourneyConfig, journeys),
        journey_count=len(journeys),
    )


def plain_of(config):
    """And back, from the structs that slo_definition_expand laid out."""

    def fields(struct, names):
        values = {}
        for name in names:
            value = getattr(struct, name)
            values[name] = value.decode() if isinstance(value, bytes) else value
        return values

    def alert(config):
        plain = fields(config, "slot_ns flags".split())
        for gate, severity in zip(config.gate, ("page", "ticket")):
            plain.update({f"{severity}_{k}": v for k, v in fields(gate, GATE.split()).items()})
        return plain

    def numbers_and_texts(kind):
        return [name for name, of_what in RECORDS[kind] if of_what in (int, TEXT)]

    def sli(config):
        own = "name step unmeasured slice_ns slice_objective_ppb".split()
        rest = [name for name in numbers_and_texts("sli") if name not in own]
        codes = config.sli.codes[: config.sli.code_count]
        return {
            **fields(config, own),
            **fields(config.sli, rest),
            "codes": [fields(code, numbers_and_texts("code")) for code in codes],
        }

    def objective(config):
        names = [name for name in numbers_and_texts("slo") if not name.startswith("calendar_")]
        calendar = fields(config.calendar, "unit every anchor_ns".split())
        tiers = config.tiers[: config.tier_count] if config.tier_count else []
        return {
            **fields(config, names),
            **{f"calendar_{name}": value for name, value in calendar.items()},
            "tiers": [fields(tier, numbers_and_texts("tier")) for tier in tiers],
            "alert": alert(config.alert.contents) if config.alert else None,
        }

    def journey(config):
        return {
            **fields(config, numbers_and_texts("journey")),
            "steps": [
                fields(config.steps[i], numbers_and_texts("step")) for i in range(config.step_count)
            ],
            "slis": [sli(config.slis[i]) for i in range(config.sli_count)],
            "slos": [objective(config.slos[i]) for i in range(config.slo_count)],
        }

    return {
        "name": config.service.decode(),
        "journeys": [journey(config.journeys[i]) for i in range(config.journey_count)],
    }


@pytest.fixture(scope="module")
def lib():
    library = slo()
    for name, arguments in {
        "footprint": [pointer, pointer, pointer],
        "init": [pointer, size_t, pointer, pointer, pointer],
        "attach": [pointer, size_t, pointer, pointer],
        "expand_footprint": [pointer, pointer],
        "expand": [pointer, pointer, size_t, pointer],
    }.items():
        getattr(library, f"slo_definition_{name}").argtypes = arguments
    library.slo_definition_fingerprint.argtypes = [pointer]
    library.slo_definition_fingerprint.restype = u64
    return library


def encoded_by(lib, config):
    size, place = size_t(), pointer()
    assert lib.slo_definition_footprint(ref(config), ref(size), None) == OK
    memory = ctypes.create_string_buffer(size.value)
    assert lib.slo_definition_init(memory, size.value, ref(config), ref(place), None) == OK
    return memory.raw


# ---- definitions ----

# of one to four bytes, and the edges of what UTF-8 can say
CHARACTERS = "a b/~ \u00a0\u00e9\u07ff\u0800\u65e5\ud7ff\ue000\uffff\U00010000\U0001f600\U0010ffff"


def up_to(length, but=""):
    """Texts of at most so many bytes."""
    pieces = st.lists(st.sampled_from([c for c in CHARACTERS if c not in but]), max_size=8)
    return st.tuples(pieces, st.sampled_from([1, 1, 1, 40])).map(
        lambda drawn: "".join(drawn[0] * drawn[1]).encode()[:length].decode(errors="ignore")
    )


def names():
    """A list of them is made unique by what is put in front."""
    return up_to(29, but="/")


def apart(items, mark="."):
    return [{**item, "name": f"{i}{mark}{item['name']}"} for i, item in enumerate(items)]


TEXTS = st.none() | up_to(255)
U32 = st.integers(0, 2**32 - 1)
SPAN = st.just(0) | st.integers(0, TIME_MAX)
I32 = st.integers(-(2**31), 2**31 - 1) | st.just(0)


@st.composite
def codes(draw):
    drawn = draw(st.lists(st.tuples(I32, I32, st.integers(0, 2)), min_size=1, max_size=8))
    return [{"first": min(a, b), "last": max(a, b), "outcome": c} for a, b, c in drawn]


@st.composite
def slis(draw, steps):
    plain = {name: 0 for name, of_what in RECORDS["sli"] if of_what is int}
    plain["name"] = draw(names())
    plain["codes"] = []
    plain["step"] = draw(st.integers(0, steps))
    plain["kind"] = kind = draw(st.integers(1, 10))
    plain["counted"] = draw(st.sampled_from([0, 256, 512, 768]))
    plain["unmeasured"] = draw(st.integers(0, 3))
    if kind <= 3:
        plain["protocol"] = draw(st.integers(0, 2))
        if draw(st.booleans()) or (kind == 1 and plain["protocol"] == 0):
            plain["codes"] = draw(codes())
    if kind in (2, 4):
        plain["threshold_ns"] = draw(st.integers(0, 2**53 - 1))
    if kind == 3:
        plain["least_ppm"] = draw(st.integers(1, 10**6))
    if kind == 7:
        plain["least_per_hour"] = draw(st.integers(1, 10**15))
    if kind == 9:
        plain["interval_ns"] = draw(st.integers(SECOND, DAY))
    if draw(st.booleans()):
        plain["slice_ns"] = draw(st.integers(10 * SECOND, DAY))
        plain["slice_objective_ppb"] = draw(st.integers(1, 10**9))
    return plain


@st.composite
def tiers(draw):
    long_ns = draw(st.integers(1, TIME_MAX))
    return {
        "long_ns": long_ns,
        "short_ns": draw(st.integers(1, long_ns)),
        "factor_ppm": draw(st.integers(1, 10**15)),
        "for_ns": draw(SPAN),
        "keep_firing_ns": draw(SPAN),
        "severity": draw(st.integers(0, 1)),
        "flags": draw(st.integers(0, 3)),
        "kind": draw(st.integers(0, 2)),
        "group": draw(st.just(0) | U32),
    }


@st.composite
def alerts(draw, gates):
    """gates: which kinds of them; only those of kind 1 may say anything else."""
    plain = {
        "slot_ns": draw(st.just(0) | st.integers(SECOND, HOUR)),
        "flags": draw(st.integers(0, 1)),
    }
    for severity in ("page", "ticket"):
        kind = draw(st.sampled_from(gates))
        for name in GATE.split():
            high = 2**63 - 1 if name == "dead_ns" else WORD
            anything = st.just(0) | st.integers(0, high)
            plain[f"{severity}_{name}"] = draw(anything) if kind == 1 else 0
        plain[f"{severity}_kind"] = kind
    return plain


@st.composite
def objectives(draw, indicators):
    sli = draw(st.integers(0, len(indicators)))
    sliced = sli != 0 and indicators[sli - 1]["slice_ns"] != 0
    catalog = draw(st.integers(0, 3))
    plain = {
        "name": draw(names()),
        "sli": sli,
        "method": draw(st.integers(0, 2)) if sliced else 0,
        "objective_ppb": draw(st.integers(9 * 10**8, 999990000)),
        "period_ns": draw(st.sampled_from([7, 30])) * DAY,
        "requests_per_hour": draw(st.just(0) | st.integers(1, 10**12)),
        "catalog": catalog,
        "tiers": [],
        "alert": draw(st.none() | alerts([0, 1])),
    }
    for name in "unit every anchor_ns".split():
        plain[f"calendar_{name}"] = 0
    if draw(st.booleans()):
        plain["calendar_unit"] = draw(st.integers(1, 5))
        plain["calendar_every"] = draw(st.integers(0, 20))
        plain["calendar_anchor_ns"] = draw(SPAN)
    if draw(st.booleans()):
        plain["catalog"] = 0
        plain["tiers"] = draw(st.lists(tiers(), min_size=1, max_size=16))
        plain["alert"] = draw(alerts([1]))  # whatever burn they are of, nothing weighs it
        plain["objective_ppb"] = draw(st.integers(1, 10**9 - 1))
        plain["period_ns"] = draw(st.integers(SECOND, 3660 * DAY))
    return plain


@st.composite
def journeys(draw):
    steps = [
        {
            "name": draw(names()),
            "actor": draw(TEXTS),
            "component": draw(TEXTS),
            "flags": draw(st.integers(0, 1)),
            "fallback_of": 0,
        }
        for _ in range(draw(st.integers(1, 4)))
    ]
    steps[0]["flags"] = 1
    for step in steps[1:]:
        if step["flags"] == 0 and draw(st.booleans()):
            step["fallback_of"] = 1
    indicators = apart(draw(st.lists(slis(len(steps)), max_size=3)), mark="+")
    return {
        "name": draw(names()),
        "summary": draw(TEXTS),
        "owner": draw(TEXTS),
        "policy": draw(TEXTS),
        "review_ns": draw(SPAN),
        "limit_ns": draw(SPAN),
        "shards": draw(st.sampled_from([0, 1, 8, 4096])),
        "steps": apart(steps),
        "slis": indicators,
        "slos": apart(draw(st.lists(objectives(indicators), max_size=3))),
    }


@st.composite
def definitions(draw):
    return {
        "name": draw(up_to(31).filter(len)),
        "journeys": apart(draw(st.lists(journeys(), min_size=1, max_size=3))),
    }


# ---- tests ----


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(definition=definitions(), offset=st.integers(0, 7))
def test_canonical(lib, definition, offset):
    data = encode(definition)
    assert encoded_by(lib, config_of(definition)) == data
    assert decode(data) == definition

    memory = ctypes.create_string_buffer(b"\xa5" * offset + data, offset + len(data))
    place, size, config = pointer(), size_t(), ctypes.POINTER(DefinitionConfig)()
    at = ctypes.addressof(memory) + offset
    assert lib.slo_definition_attach(at, len(data), ref(place), None) == OK
    assert lib.slo_definition_fingerprint(place) == fingerprint(data)
    assert lib.slo_definition_expand_footprint(place, ref(size)) == OK
    block = Block(size.value)
    assert lib.slo_definition_expand(place, block.at, block.size, ref(config)) == OK
    assert plain_of(config.contents) == definition
