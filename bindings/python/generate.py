"""Reads include/slo/*.h and writes what can be derived from them.

    bindings/python/slo/_abi.py        every struct, constant and function, as data
    bindings/python/slo/structs.py     every public struct as a frozen dataclass
    bindings/python/slo/constants.py   every constant
    tests/vectors_put.h                every public struct written as JSON, for tests/vectors.c

`generate.py` writes them; `generate.py --check` exits 1 when one of them is not what it would
write. Only the standard library is needed. The headers are regular: one form for each kind of
declaration, and what does not have it is an error here.
"""

import difflib
import keyword
import pathlib
import re
import sys
import textwrap
import typing

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SKIPPED = {"inline.h"}  # not part of the ABI

SCALARS = {
    "int32_t": "i32",
    "uint32_t": "u32",
    "int64_t": "i64",
    "uint64_t": "u64",
    "size_t": "size",
    "double": "f64",
    "slo_status": "i32",
    "slo_outcome": "i32",
}
# Structs that Python has other means for.
WITHOUT_DATACLASS = {"slo_error", "slo_allocator", "slo_writer_lock", "slo_attempt"}
# The handles that a field may point to, and where their class is.
HANDLES = {"slo_ledger": ("ledger", "Ledger"), "slo_definition": ("definition", "Definition")}


class Field(typing.NamedTuple):
    name: str
    kind: str  # a scalar's code, a struct's name, "char", "text" or "pointer"
    length: int  # of an array inside the struct; 1: it is none
    target: str  # of a pointer: the struct or scalar code pointed to; "" for functions
    counted_by: str  # the field that says how many there are; "" when none does


class Struct(typing.NamedTuple):
    name: str
    header: str
    comment: str
    fields: "list[Field]"


class Parameter(typing.NamedTuple):
    name: str
    kind: str  # a scalar's code, "text" or "pointer"


class Function(typing.NamedTuple):
    name: str
    header: str
    result: str  # a scalar's code, "status", "text", "pointer" or "void"
    parameters: "list[Parameter]"


class Api(typing.NamedTuple):
    constants: "dict[str, int | str]"
    structs: "dict[str, Struct]"
    functions: "dict[str, Function]"


# ---- reading ----


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def evaluate(expression: str, constants: "dict[str, int | str]") -> "int | str":
    """A constant expression of C, as far as the headers go."""
    expression = re.sub(r"\bU?INT\d+_C\((.*?)\)", r"\1", expression)
    expression = re.sub(r"\b(\d+)[uUlL]+\b", r"\1", expression)
    known: dict[str, object] = {"UINT32_MAX": 2**32 - 1, **constants}
    if not re.fullmatch(r"\"[^\"]*\"|[\w\s()+*/-]+", expression):
        raise ValueError(f"not a constant: {expression}")
    value = eval(expression, {"__builtins__": {}}, known)
    assert isinstance(value, (int, str)), expression
    return value


def read_constants(code: str, constants: "dict[str, int | str]") -> None:
    joined = code.replace("\\\n", " ")
    for name, parameters, rest in re.findall(
        r"^#define (SLO_\w+)(\([^)]*\))?[ \t]*(.*)$", joined, re.M
    ):
        rest = rest.strip()
        if parameters == "(X)":
            for entry in re.findall(r"X\((SLO_\w+), (-?\d+)", rest):
                constants[entry[0]] = int(entry[1])
        elif not parameters and rest and not name.endswith("_H") and name not in OTHER_MACROS:
            constants[name] = evaluate(rest, constants)
    for body in re.findall(r"\benum \{(.*?)\}", re.sub(r"^#.*$", "", joined, flags=re.M), re.S):
        value = -1
        for entry in (e.strip() for e in body.split(",")):
            entry = re.sub(r"^SLO_\w+_MAP\(.*?\)\s*", "", entry)
            if not entry:
                continue
            name, _, expression = (part.strip() for part in entry.partition("="))
            value = int(evaluate(expression, constants)) if expression else value + 1
            constants[name] = value


OTHER_MACROS = {"SLO_API", "SLO_BEGIN", "SLO_END"}


def count_field(name: str, names: "list[str]") -> str:
    """The field that counts what `name` points to: tiers, tier_count; starts_ns, start_count."""
    stem = name[:-3] if name.endswith("_ns") else name
    for one in (re.sub("ies$", "y", stem), re.sub("sses$", "ss", stem), re.sub("s$", "", stem)):
        if one != stem and f"{one}_count" in names:
            return f"{one}_count"
    return ""


def read_field(line: str, names: "list[str]", constants: "dict[str, int | str]") -> Field:
    if re.fullmatch(r"[\w ]+\*?\(\*\w+\)\([^)]*\)", line):
        return Field(re.findall(r"\(\*(\w+)\)", line)[0], "pointer", 1, "", "")
    match = re.fullmatch(r"(const )?(\w+)\s*(\*?)\s*(\w+)(?:\[(\w+(?: \+ 1)?)\])?", line)
    if match is None:
        raise ValueError(f"not a field: {line}")
    kind, star, name, length = match.group(2), match.group(3), match.group(4), match.group(5)
    kind = SCALARS.get(kind, kind)
    if star:
        if kind == "char":
            return Field(name, "text", 1, "", "")
        return Field(name, "pointer", 1, "" if kind == "void" else kind, count_field(name, names))
    count = count_field(name, names) if length else ""
    return Field(name, kind, int(evaluate(length, constants)) if length else 1, "", count)


def read_parameter(text: str) -> Parameter:
    match = re.fullmatch(r"(?:const )?(\w+)\s*(\**)\s*(\w+)", text.strip())
    if match is None:
        raise ValueError(f"not a parameter: {text}")
    kind, stars, name = match.groups()
    if not stars:
        return Parameter(name, SCALARS[kind])
    return Parameter(name, "text" if (kind, stars) == ("char", "*") else "pointer")


def read_result(text: str) -> str:
    text = text.replace("const ", "").strip()
    if text == "slo_status":
        return "status"
    if text.endswith("*"):
        return "text" if text.startswith("char") else "pointer"
    return "void" if text == "void" else SCALARS[text]


def read_headers() -> Api:
    api = Api({}, {}, {})
    paths = [p for p in sorted((ROOT / "include/slo").glob("*.h")) if p.name not in SKIPPED]
    texts = {path.name: path.read_text() for path in paths}
    ordered: list[str] = []

    def order(name: str) -> None:  # what is included first
        if name in texts and name not in ordered:
            for other in re.findall(r'#include "slo/(\w+\.h)"', texts[name]):
                order(other)
            ordered.append(name)

    for name in texts:
        order(name)
    for header in ordered:
        text = texts[header]
        read_constants(without_comments(text), api.constants)
        for match in re.finditer(r"typedef struct (\w+) \{(.*?)\n\} \1;", text, re.S):
            before = text[: match.start()].rstrip()
            comment = ""
            if before.endswith("*/"):
                comment = before[before.rindex("/*") :]
            body = without_comments(match.group(2))
            lines = [" ".join(line.split()) for line in body.split(";") if line.strip()]
            names = [re.findall(r"(\w+)(?:\[[^]]*\])?$|\(\*(\w+)\)", line) for line in lines]
            flat = [a or b for found in names for a, b in found]
            fields = [read_field(line, flat, api.constants) for line in lines]
            api.structs[match.group(1)] = Struct(match.group(1), header, comment, fields)
        code = re.sub(r"^#(?:.*\\\n)*.*$", "", without_comments(text), flags=re.M)
        declarations = re.findall(r"\bSLO_API\s+([^;]*?)\b(slo_\w+)\s*\(([^;]*)\)\s*;", code)
        if len(declarations) != len(re.findall(r"\bSLO_API\b", code)):
            raise ValueError(f"{header}: an SLO_API that is no function")
        for result, name, parameters in declarations:
            parts = [] if parameters.strip() == "void" else parameters.split(",")
            api.functions[name] = Function(
                name, header, read_result(result), [read_parameter(part) for part in parts]
            )
    return api


# ---- writing ----

GENERATED = "Generated by bindings/python/generate.py from include/slo/*.h; do not edit."


def class_name(struct: str) -> str:
    return "".join(part.capitalize() for part in struct[len("slo_") :].split("_"))


def python_name(field: str) -> str:
    return field + "_" if keyword.iskeyword(field) else field


def shown_fields(struct: Struct) -> "list[Field]":
    """Those that are not the interface's own business."""
    counts = {field.counted_by for field in struct.fields}
    return [
        field
        for field in struct.fields
        if field.name not in ("struct_size", "reserved") and field.name not in counts
    ]


def write_abi(api: Api) -> str:
    lines = [
        f'"""Every constant, struct and function of the C library, as data.\n\n{GENERATED}\n',
        "STRUCTS: name -> fields (name, kind, length, target, count). kind is i32, u32, i64, u64,",
        "f64, size, char, text (a char pointer), pointer, or a struct's name; length an array's;",
        "target is what a pointer points to; count is the field that says to how many.",
        "FUNCTIONS: name -> (result, parameters (name, kind)).",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "CONSTANTS: dict[str, int | str] = {",
    ]
    lines += [f"    {name!r}: {value!r}," for name, value in api.constants.items()]
    lines += ["}", "", "STRUCTS: dict[str, tuple[tuple[str, str, int, str, str], ...]] = {"]
    for struct in api.structs.values():
        lines.append(f"    {struct.name!r}: (")
        lines += [f"        {tuple(field)!r}," for field in struct.fields]
        lines.append("    ),")
    lines += ["}", "", "FUNCTIONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {"]
    for function in api.functions.values():
        lines.append(f"    {function.name!r}: (")
        lines.append(f"        {function.result!r},")
        if function.parameters:
            lines.append("        (")
            lines += [f"            {tuple(p)!r}," for p in function.parameters]
            lines.append("        ),")
        else:
            lines.append("        (),")
        lines.append("    ),")
    lines += ["}", ""]
    return "\n".join(lines)


def write_constants(api: Api) -> str:
    names = {name[len("SLO_") :]: value for name, value in api.constants.items()}
    lines = [f'"""Every constant, as in C without SLO_ before it.\n\n{GENERATED}\n"""', ""]
    lines += ["from typing import Final", "", "__all__ = ["]
    lines += [f'    "{name}",' for name in names]
    lines += ["]", ""]
    for name, value in names.items():
        text = f'"{value}"' if isinstance(value, str) else f"{value:_}" if value > 9999 else value
        lines.append(f"{name}: Final = {text}")
    lines.append("")
    return "\n".join(lines)


def docstring(struct: Struct) -> "list[str]":
    text = re.sub(r"^/\*+|\*+/$", "", struct.comment)
    lines = [re.sub(r"^ ?\*? ?", "", line.rstrip(), count=1) for line in text.split("\n")]
    body = "\n".join(lines).strip("\n")
    body = body.replace(" A frozen value type.", "").replace("A frozen value type. ", "")
    body = re.sub(r"\bSLO_(?=[A-Z])", "", body)
    body = re.sub(r"\bNULL\b", "None", body).replace("\\", "\\\\")
    lines = textwrap.dedent(body.strip("\n").rstrip()).split("\n")
    first = f"{struct.name}, slo/{struct.header}."
    if lines == [""]:
        return [f'"""{first}"""']
    return [f'"""{first}', "", *lines, '"""']


def annotation(api: Api, field: Field) -> "tuple[str, str]":
    """The type and the default of a field in Python."""
    if field.kind == "char":
        return "str", '""'
    if field.kind == "text":
        return "str | None", "None"
    if field.kind == "pointer":
        if field.target in HANDLES:
            return f"{HANDLES[field.target][1]} | None", "None"
        inner = class_name(field.target) if field.target in api.structs else "int"
        if field.counted_by or (field.target in api.structs and field.name == "slices"):
            return f"Sequence[{inner}]", "()"
        return f"{inner} | None", "None"
    if field.kind in api.structs:
        inner = class_name(field.kind)
        if field.length > 1:
            default = "()" if field.counted_by else f"({', '.join([inner + '()'] * field.length)})"
            return f"Sequence[{inner}]", default
        return inner, f"{inner}()"
    return ("float", "0.0") if field.kind == "f64" else ("int", "0")


def write_structs(api: Api) -> str:
    shown = [s for s in api.structs.values() if s.name not in WITHOUT_DATACLASS]
    lines = [
        "# ruff: noqa: E501",
        f'"""Every struct of the C library as a frozen dataclass.\n\n{GENERATED}\n',
        "Configurations are what is given, results what is answered. Names in capitals are",
        "constants of this package (slo.METHOD_TIMESLICES). Texts are str, lists are sequences,",
        "and how many they have is not said again. Integers are exact; _ns are int nanoseconds,",
        "moments since the Unix epoch; _ppm and _ppb are parts per million and billion.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Sequence",
        "from dataclasses import dataclass",
        "from typing import TYPE_CHECKING",
        "",
        "if TYPE_CHECKING:",
    ]
    lines += [f"    from .{module} import {name}" for module, name in sorted(HANDLES.values())]
    lines += ["", "__all__ = ["]
    lines += [f'    "{class_name(struct.name)}",' for struct in shown]
    lines += ["]"]
    for struct in shown:
        lines += ["", "", "@dataclass(frozen=True)", f"class {class_name(struct.name)}:"]
        lines += [("    " + line).rstrip() for line in docstring(struct)]
        lines.append("")
        for field in shown_fields(struct):
            kind, default = annotation(api, field)
            lines.append(f"    {python_name(field.name)}: {kind} = {default}")
    lines += ["", "", "CLASSES = {"]
    lines += [f'    "{struct.name}": {class_name(struct.name)},' for struct in shown]
    lines += ["}", ""]
    return "\n".join(lines)


def put_field(api: Api, field: Field) -> "list[str]":
    at = f"s->{field.name}"
    if field.kind in ("char", "text"):
        return [f'  put_text("{field.name}", {at});']
    if field.kind == "pointer":
        if field.target in HANDLES or not field.target:
            return []
        if field.counted_by:
            each = (
                f"put_{field.target}(&{at}[i])" if field.target in api.structs
                else f"put_element({at}[i])"
            )  # fmt: skip
            return [
                f"  put_open(\"{field.name}\", '[');",
                f"  for (uint32_t i = 0; i < s->{field.counted_by}; i++) {each};",
                "  put_close(']');",
            ]
        if field.target not in api.structs:
            return []
        return [f"  if ({at} != NULL) {{", f'    put_key("{field.name}");',
                f"    put_{field.target}({at});", "  }"]  # fmt: skip
    if field.kind in api.structs:
        if field.length > 1:
            bound = f"s->{field.counted_by}" if field.counted_by else str(field.length)
            return [
                f"  put_open(\"{field.name}\", '[');",
                f"  for (uint32_t i = 0; i < {bound}; i++) put_{field.kind}(&{at}[i]);",
                "  put_close(']');",
            ]
        return [f'  put_key("{field.name}");', f"  put_{field.kind}(&{at});"]
    return [f'  put_{field.kind}("{field.name}", {at});']


def write_put(api: Api) -> str:
    lines = [
        "/* vectors_put.h - every public struct as a JSON object, for vectors.c.",
        " *",
        f" * {GENERATED.replace('/*.h', '')}",
        " */",
        "/* clang-format off */",
        "#ifndef VECTORS_PUT_H",
        "#define VECTORS_PUT_H",
        "",
    ]
    for struct in api.structs.values():
        if struct.name in WITHOUT_DATACLASS:
            continue
        lines.append(f"static inline void put_{struct.name}(const {struct.name} *s) {{")
        lines.append("  put_open(NULL, '{');")
        for field in shown_fields(struct):
            lines += put_field(api, field)
        lines += ["  put_close('}');", "}", ""]
    lines += ["#endif", ""]
    return "\n".join(lines)


def main() -> int:
    api = read_headers()
    outputs = {
        HERE / "slo/_abi.py": write_abi(api),
        HERE / "slo/constants.py": write_constants(api),
        HERE / "slo/structs.py": write_structs(api),
        ROOT / "tests/vectors_put.h": write_put(api),
    }
    stale = 0
    for path, text in outputs.items():
        old = path.read_text() if path.exists() else ""
        if old == text:
            continue
        if "--check" in sys.argv:
            stale = 1
            sys.stdout.writelines(
                list(difflib.unified_diff(old.splitlines(True), text.splitlines(True), n=0))[:20]
            )
            print(f"{path.relative_to(ROOT)} is not what the headers say: make generated")
        else:
            path.write_text(text)
    if not stale and "--check" in sys.argv:
        print(f"generated: {len(api.functions)} functions, {len(api.structs)} structs, "
              f"{len(api.constants)} constants, as the headers have them")  # fmt: skip
    return stale


if __name__ == "__main__":
    sys.exit(main())
