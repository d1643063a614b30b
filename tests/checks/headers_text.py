"""What the public headers declare, for the checks: names with the comment above each."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def headers():
    return sorted((ROOT / "include/slo").glob("*.h"))


def code(text):
    """text without comments and without preprocessor lines."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", "", text, flags=re.M)


def functions(text):
    """The names declared with SLO_API."""
    return re.findall(r"\bSLO_API\b[^;]*?\b(\w+)\s*\(", code(text))
