"""The 15 lines of docs/python.md, run as they stand there."""

import re
import subprocess
import sys

from .conftest import ROOT


def block():
    page = (ROOT / "docs/python.md").read_text()
    return re.search(r"<!-- quickstart -->\n```python\n(.*?)```", page, re.S)[1]


def test_quickstart(tmp_path):
    lines = block()
    assert len(lines.splitlines()) <= 15
    program = tmp_path / "quickstart.py"
    program.write_text(lines)
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "your budget is at 63 %, nothing to do\n"


def test_pages_name_what_there_is():
    """Every slo.x.y that the page names exists."""
    import slo

    for page in ("docs/python.md", "bindings/python/README.md"):
        for name in re.findall(r"`(slo\.[\w.]+)", (ROOT / page).read_text()):
            it = slo
            for part in name.split(".")[1:]:
                it = getattr(it, part)
