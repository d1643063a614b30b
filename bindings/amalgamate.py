"""Puts the library into two files for those who vendor it: OUT/slo.c and OUT/slo.h.

amalgamate.py OUT. slo.h is the public headers in the order of their includes, with slo/inline.h
under SLO_WITH_INLINE; slo.c is the internal headers and all sources, each on lines of its own.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^#include "([^"]+)".*\n', re.M)
FEATURE = re.compile(r"^#define (_[A-Z]+_SOURCE)\b.*\n", re.M)
# Fused multiply-adds would change results: gcc does none with -std=c11.
CLANG = """
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wunused-function" /* of headers, here in the main file */
#elif defined(__GNUC__) && !defined(__STRICT_ANSI__)
#error "compile slo.c with -std=c11, as which it means the same numbers everywhere"
#endif
"""
LICENSE = "SPDX-License-Identifier: Apache-2.0"


def version():
    text = (ROOT / "include/slo/version.h").read_text()
    return re.search(r'SLO_VERSION_STRING "(.*)"', text)[1]


def find(name):
    for base in (ROOT / "include", ROOT / "src"):
        if (base / name).exists():
            return base / name
    raise SystemExit(f"amalgamate: there is no {name}")


def flatten(path, seen):
    """The file with what it includes of ours in front, each file once."""
    if path in seen:
        return ""
    seen.add(path)
    text = path.read_text()
    before = "".join(flatten(find(name), seen) for name in INCLUDE.findall(text))
    text = INCLUDE.sub("", text).strip() + "\n"
    if path.name == "inline.h":
        text = f"#if defined(SLO_WITH_INLINE)\n\n{text}\n#endif\n"
    return f"{before}\n/* ---- {path.relative_to(ROOT)} ---- */\n\n{text}"


def amalgamate():
    seen = set()
    header = f"/* slo.h - libslo {version()} in two files, generated. {LICENSE} */\n"
    header += "".join(flatten(p, seen) for p in [ROOT / "include/slo.h"])
    header += flatten(ROOT / "include/slo/inline.h", seen)
    parts = [flatten(p, seen) for p in sorted((ROOT / "src").glob("*/*.c"))]
    features = sorted({name for part in parts for name in FEATURE.findall(part)})
    source = f"/* slo.c - libslo {version()} in two files, generated. {LICENSE} */\n"
    source += "".join(f"#define {name}\n" for name in features)
    source += '#define SLO_WITH_INLINE\n#include "slo.h"\n'
    source += CLANG
    source += "".join(FEATURE.sub("", part) for part in parts)
    return {"slo.h": header, "slo.c": source}


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, text in amalgamate().items():
        (out / name).write_text(text)


if __name__ == "__main__":
    main()
