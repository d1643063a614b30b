"""Tests of the Python binding; a package, so that its conftest is not that of tests/."""
