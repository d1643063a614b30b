"""The house rules that a compiler does not check. Prints each breach; exits 1 if there is one.

- A file includes only files on lower floors, or of its own room.
- Every noun has one public header, one source and one test file of the same name.
- Static functions and macros of a source begin with its noun, so that the sources can be
  put together into one file.
- Only src/base/atomic.h says memory_order.
- A source is at most 500 lines.
"""

import pathlib
import re
import sys

FLOORS = [
    {"base"},
    {"record", "window"},
    {"judge"},
    {"journey", "act"},
    {"monitor"},
    {"sim", "export"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
# Public headers without a source of the same name, and the room they belong to.
HEADER_ROOM = {"memory": "base", "counts": "base", "inline": "record"}
LINES = 500

root = pathlib.Path(__file__).resolve().parents[2]
breaches = []


def breach(path, text):
    breaches.append(f"{path.relative_to(root)}: {text}")


sources = sorted((root / "src").glob("*/*.[ch]"))
public = {p.stem: p for p in (root / "include/slo").glob("*.h")}
room_of = {p.stem: p.parent.name for p in sources if p.suffix == ".c"}
room_of.update(HEADER_ROOM)


def included_room(name):
    """The room an #include "..." leads to; None for what is none of ours."""
    if name == "slo.h":
        return None
    if name.startswith("slo/"):
        return room_of.get(pathlib.Path(name).stem)
    return name.split("/")[0]


def check_includes(path, room):
    for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
        target = included_room(name)
        if target not in FLOOR:
            breach(path, f"includes {name}, which is in no room")
        elif target != room and FLOOR[target] >= FLOOR[room]:
            breach(
                path, f"includes {name}: {room} (floor {FLOOR[room]}) may not look up to {target}"
            )


for path in sources:
    text = path.read_text()
    room, noun = path.parent.name, path.stem
    if room not in FLOOR:
        breach(path, f"{room} is no room")
        continue
    check_includes(path, room)
    if "memory_order" in text and path != root / "src/base/atomic.h":
        breach(path, "says memory_order")
    if path.suffix != ".c":
        continue
    if len(text.splitlines()) > LINES:
        breach(path, f"has more than {LINES} lines: two nouns")
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    names = re.findall(r"^static [^;={(]*?\b(\w+)\(", code, re.M)
    names += re.findall(r"^#define (\w+)", code, re.M)
    for name in names:
        if not name.lower().startswith((noun, "fail_")) and name != "_DEFAULT_SOURCE":
            breach(path, f"{name} does not begin with {noun}_")

for noun, path in sorted(public.items()):
    if noun not in room_of:
        breach(path, "has no source of the same name")
        continue
    check_includes(path, room_of[noun])
    if noun not in HEADER_ROOM and not (root / f"tests/test_{noun}.c").exists():
        breach(path, f"has no tests/test_{noun}.c")

print("\n".join(breaches) or "floors: every file looks down")
sys.exit(1 if breaches else 0)
