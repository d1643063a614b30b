"""The table (slo/_abi.py) against a C compiler, and the package against the table."""

import ctypes
import os
import re
import subprocess

from slo import _abi, _ffi

from .conftest import PACKAGE, ROOT


def program():
    """A C program that prints every size, offset and constant of the table."""
    lines = ["#include <slo.h>", "#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for name, fields in _abi.STRUCTS.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, *_ in fields:
            at = f"offsetof({name}, {field}), sizeof((({name} *)0)->{field})"
            lines.append(f'printf("{name}.{field} %zu %zu\\n", {at});')
    for name, value in _abi.CONSTANTS.items():
        if isinstance(value, str):
            lines.append(f'printf("{name} %s\\n", {name});')
        else:
            lines.append(f'printf("{name} %lld\\n", (long long){name});')
    return "\n".join([*lines, "}"])


def test_layout_is_that_of_c(tmp_path):
    source, binary = tmp_path / "layout.c", tmp_path / "layout"
    source.write_text(program())
    cc = os.environ.get("CC", "cc").split()
    subprocess.run([*cc, f"-I{ROOT / 'include'}", str(source), "-o", str(binary)], check=True)
    said = subprocess.run([str(binary)], capture_output=True, text=True, check=True).stdout
    expected = {}
    for name, struct in _ffi.STRUCTS.items():
        expected[name] = f"{ctypes.sizeof(struct)}"
        for field, *_ in struct._fields_:
            place = getattr(struct, field)
            expected[f"{name}.{field}"] = f"{place.offset} {place.size}"
    expected.update((name, str(value)) for name, value in _abi.CONSTANTS.items())
    assert dict(line.split(" ", 1) for line in said.splitlines()) == expected


def test_every_function_is_there():
    for name in _abi.FUNCTIONS:
        assert _ffi.raw(name) is not None


# Objects lie in memory that Python owns, and close by letting go of it.
ELSEWHERE = {
    *(f"slo_{noun}_{verb}"
      for noun in ("counter", "hist", "snapshot", "history", "window", "ledger", "evidence",
                   "alert", "journey", "definition", "monitor", "traffic", "backtest")
      for verb in ("create", "destroy")),
    "slo_counter_writer_record_rare",  # what slo/inline.h calls
    "slo_hist_writer_record_rare",
    "slo_version",  # at load, before there is a table
    "slo_status_name",  # the table has it
}  # fmt: skip


def test_every_function_is_used():
    """Python says everything that C can."""
    text = "".join(
        path.read_text() for path in (PACKAGE / "slo").glob("*.py") if path.name != "_abi.py"
    )
    code = re.sub(r"QUICK = \{.*?\n\}", "", text, flags=re.S)
    used = set(re.findall(r"(?:lib\.|\")(slo_\w+)\b", code))
    assert set(_abi.FUNCTIONS) - used == ELSEWHERE


def test_status_names_are_those_of_c():
    name_of = _ffi.raw("slo_status_name")
    for name, value in _abi.CONSTANTS.items():
        if name == "SLO_OK" or (re.match(r"SLO_E[A-Z]+$", name) and value < 0):
            assert name_of(value).decode() == name
