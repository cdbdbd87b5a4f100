"""Reads the source for ways around `render.untrusted`: a widget that is handed a string made of data."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "runmon"
PARSES_MARKUP = {"from_markup", "from_ansi", "markup"}
"""Functions that turn a string into styles or actions."""
WIDGETS = {
    "Static",
    "Label",
    "Button",
    "Collapsible",
    "Option",
    "TabPane",
    "Tab",
    "Checkbox",
    "Link",
    "Markdown",
}
TITLES = {"border_title", "border_subtitle", "tooltip", "sub_title"}


def sources(room: str = "") -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def built_from_data(node: ast.AST) -> bool:
    """Whether a string expression can hold more than what stands in the source."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add) and not isinstance(node.left, ast.Name | ast.Attribute)
    called = node.func if isinstance(node, ast.Call) else None
    return (isinstance(called, ast.Name) and called.id in {"str", "repr", "format"}) or (
        isinstance(called, ast.Attribute) and called.attr in {"format", "join", "decode"}
    )


def sinks(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """Line and value of everything that Textual would parse as markup were it a string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in WIDGETS | {"update", "add_row", "add_column"}:
                yield from ((node.lineno, arg) for arg in node.args)
        elif isinstance(node, ast.Assign) and any(getattr(t, "attr", "") in TITLES for t in node.targets):
            yield node.lineno, node.value


def test_nothing_parses_markup_or_escape_codes_out_of_a_string() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in PARSES_MARKUP
    ]
    assert found == []


def test_no_widget_is_handed_a_string_that_was_put_together() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in sources("ui")
        for line, value in sinks(tree)
        if built_from_data(value)
    ]
    assert found == []


def test_every_toast_says_that_it_holds_no_markup() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources("ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "notify"
        if not any(k.arg == "markup" and ast.unparse(k.value) == "False" for k in node.keywords)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(f'{item}')",
        "pane.border_title = 'run ' + name",
        "table.add_row(str(value))",
        "w.update(x.decode())",
    ],
)
def test_the_reader_of_the_source_sees_a_way_around(source: str) -> None:
    assert [value for _, value in sinks(ast.parse(source)) if built_from_data(value)]
