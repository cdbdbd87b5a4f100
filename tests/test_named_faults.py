"""Every fault of the catalogue has a test that names it: its code stands in the test's docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CODES = [
    f"{group}{number}"
    for group, last in (("A", 10), ("B", 17), ("D", 6), ("E", 7), ("F", 8))
    for number in range(1, last + 1)
] + [f"C{number}" for number in range(1, 7)]
NAMED = re.compile(r"(?:[A-H]\d{1,2}, )*[A-H]\d{1,2}: ")


def named() -> Iterator[str]:
    """The codes with which docstrings of tests begin."""
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found = NAMED.match(ast.get_docstring(node) or "")
                yield from re.findall(r"[A-H]\d{1,2}", found.group()) if found else ()


@pytest.mark.parametrize("code", CODES)
def test_a_fault_of_the_catalogue_has_a_test_that_names_it(code: str) -> None:
    assert code in set(named())
