"""The README and the pages in docs/: their links, their snippets, and whether their lists are complete."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import cleaner
from cleaner import Cleaner, Kind, clean_text, explain_text
from cleaner.cli import app
from cleaner.html.data import signal_names as block_signals
from cleaner.html.reasons import GROUPS
from cleaner.lines.signals import signal_names as line_signals

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# These snippets have separate tests, in tests/integrations/test_snippets.py and tests/corpus/test_crawlers.py.
ENGINES = ("docs/integrations.md", "docs/crawlers.md")

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
# Sources of evidence from the document or the page about a line or a block, as written in the code.
SOURCE = re.compile(r"(?:context|document|markup|page|trafilatura)\.[a-z-]+")
FLAG = re.compile(r"[a-z]+(?:-[a-z]+)+")
# Values of constants that look like flags.
NO_FLAGS = frozenset({"news-cleaner"})


def read(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text("utf-8")


def fences(name: str, language: str) -> list[str]:
    """The fenced blocks of one language on a page."""
    return [body for found, body in FENCE.findall(read(name)) if found == language]


def prose(name: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", read(name))


def section(name: str, title: str) -> str:
    """The text below a heading of the second level."""
    return prose(name).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """The code in the first cell of each row of the tables of a text."""
    rows = (line for line in text.splitlines() if line.startswith("| "))
    return [code for row in rows for code in CODE.findall(row.replace(r"\|", "").split("|")[1])]


def anchors(name: str) -> set[str]:
    """The anchors of the headings of a page, as repository viewers and the site make them."""
    return {
        re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-")
        for title in HEADING.findall(prose(name))
    }


def strings() -> Iterator[str]:
    """The strings in the code of the package."""
    for path in Path(cleaner.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


# --- links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_links_resolve(name: str) -> None:
    """Each relative link of a page leads to an existing file, and to an existing heading in it."""
    for link in LINK.findall(prose(name)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), f"{name}: {link}"
        if anchor:
            assert anchor in anchors(str(target.resolve().relative_to(ROOT))), f"{name}: {link}"


def test_every_page_is_linked() -> None:
    """Each page in docs/ is reached from its first page."""
    linked = {link.partition("#")[0] for link in LINK.findall(read("docs/index.md"))}
    assert {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - linked == {"index.md"}


# --- snippets --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that snippets read."""
    text = "By Nora Lindqvist\nThe ferry sails again from 4 March, after a long winter.\nShare on Facebook\n"
    (tmp_path / "page.html").write_text("<title>Ferry</title>" + "".join(f"<p>{x}</p>" for x in text.splitlines()))
    (tmp_path / "pages.csv").write_text(f'id,text\n1,"{text}"\n2,\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_snippets(name: str) -> dict[str, Any]:
    """The names that the Python snippets of a page define when run one after the other."""
    names: dict[str, Any] = {"__name__": "snippet"}
    for code in fences(name, "python"):
        exec(compile(code, name, "exec"), names)
    return names


@pytest.mark.parametrize(
    "name", [name for name in NAMES if fences(name, "python") and name not in (*ENGINES, "README.md")]
)
@pytest.mark.usefixtures("folder")
def test_snippets_run(name: str) -> None:
    """The Python snippets of a page run as they are."""
    assert run_snippets(name)


@pytest.mark.usefixtures("folder")
def test_snippets_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """The snippets of the README clean a text, an HTML page and a column, and leave a missing text alone."""
    pytest.importorskip("pandas")
    names = run_snippets("README.md")
    article = "The ferry sails again from 4 March, after a long winter.\n"
    assert names["pages"]["article"].tolist()[0] == article
    assert names["pages"]["article"].isna().tolist() == [False, True]
    printed = capsys.readouterr().out
    assert printed.startswith(f"{article}\nbyline 'By Nora Lindqvist\\n'\nshare-bar 'Share on Facebook\\n'\nBy Nora")


def test_before_and_after() -> None:
    """The first text of the README becomes its second one."""
    before, after, *_ = fences("README.md", "text")
    assert clean_text(before) == after


def test_first_commands() -> None:
    """The README's first commands clean an existing sample; its second ones, which CI runs, run the tests."""
    first, second, *_ = fences("README.md", "sh")
    command, path = re.findall(r"^(cleaner clean) (\S+)$", first, re.MULTILINE)[-1]
    assert command == "cleaner clean"
    assert (ROOT / path).exists()
    assert second.splitlines()[-1] == "python -m pytest -n auto"


def test_figures_of_the_readme() -> None:
    """Each pair of measures in the README, untouched and cleaned, is in the benchmarks, rounded to three digits."""
    table = read("docs/benchmarks.md").partition("\n## Marked documents\n")[0]
    rows = re.findall(r"^(\w+) +(\w+) +\d+ +0(\.\d+) +0(\.\d+) +0\.", table, re.MULTILINE)
    rounded = {(name, tool): [f"{float(x):.3f}"[1:] for x in found] for name, tool, *found in rows}
    sets = ("daniel", "fundus", "wcxb_dev")
    expected = [rounded[name, tool] for tool in ("trafilatura", "bs4") for name in sets]
    expected += [rounded["wcxb_other_dev", tool] for tool in ("bs4", "trafilatura")]
    assert [list(pair) for pair in re.findall(r"(\.\d{3}) → (\.\d{3})", read("README.md"))] == expected


# --- what is listed --------------------------------------------------------------------------------------


def test_kinds_are_complete() -> None:
    """The page of kinds has a row for each kind, in the order of `Kind`."""
    assert first_cells(read("docs/kinds.md")) == [kind.value for kind in Kind]


def examples_of_kinds() -> list[tuple[str, str]]:
    """The kinds with an example that works without another line beside it."""
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| ([^*|]+) \|$", read("docs/kinds.md"), re.MULTILINE)
    return [(kind, example) for kind, example in rows if kind != Kind.COMMENT]


@pytest.mark.parametrize(("kind", "example"), examples_of_kinds())
def test_examples_of_kinds(kind: str, example: str) -> None:
    """The example of a kind is removed as that kind above, inside or below an article."""
    lines = [
        "The ferry to Skarvoy returns in March",
        "The ferry sails again from 4 March, after a winter in which islanders crossed by fishing boat.",
        "The council has paid for two crossings a day until the end of May, and hopes for a third one in summer.",
    ]
    places = [[*lines[:at], example, *lines[at:]] for at in range(len(lines) + 1)]
    removed = [explain_text("\n".join(place)).removals for place in places]
    assert kind in {removal.kind for found in removed for removal in found if example in removal.text}


def glossary() -> list[str]:
    """The names that the glossary explains."""
    return first_cells(read("docs/glossary.md"))


def sources_in_code() -> set[str]:
    """The sources of evidence named in the code: from the document or the page, about a line or a block."""
    measured = {*line_signals()[1], *block_signals()}
    files = {path.name for path in Path(cleaner.__file__).parent.rglob("*.css")}
    return {text for text in strings() if SOURCE.fullmatch(text)} - measured - files


def sources_of_signals() -> set[str]:
    """The sources of evidence that the scorers name: their signals, and the names of groups of them."""
    lines = ("prior", *line_signals()[1])
    groups = {f"{name.partition('.')[0]}.smaller-terms" for name in lines}
    smaller = {f"block.{group}.smaller-terms" for group in GROUPS}
    return {*lines, *groups, *smaller, "block.prior", *(f"block.{name}" for name in block_signals())}


def test_glossary_has_every_name_once() -> None:
    """The glossary has each name that evidence can have, once, and none that evidence cannot have."""
    named = [name for name in glossary() if "." in name or name == "prior"]
    assert len(named) == len(set(named))
    known = sources_in_code() | sources_of_signals()
    examples = {name for name in named if "…" in name or name.startswith("en.")}
    assert known - set(named) == set()
    assert set(named) - known - examples == set()


@pytest.mark.parametrize("sample", sorted(path.parent.name for path in (ROOT / "samples").glob("*/raw.txt"))[::6])
def test_glossary_has_what_is_explained(sample: str) -> None:
    """Every source in the explanation of a sample, as text and as HTML, is in the glossary or is a pattern."""
    text = (ROOT / "samples" / sample / "raw.txt").read_text("utf-8")
    markup = "".join(f"<p>{line}</p>" for line in text.splitlines())
    tool = Cleaner()
    verdicts = (*tool.clean(text).lines, *tool.clean_html(f"<html><body>{markup}</body></html>").lines)
    found = {evidence.source for verdict in verdicts for evidence in verdict.evidence}
    assert {unified(source) for source in found if not is_pattern(source)} - set(glossary()) == set()
    assert "prior" in found


def is_pattern(source: str) -> bool:
    """Whether a source is the id of a pattern: a language, a kind of noise, and a name."""
    return any(source.partition(".")[2].startswith(f"{kind}.") for kind in Kind)


def unified(source: str) -> str:
    """The name of a source in the glossary: boxes are named after the pattern that opened them."""
    head, colon, _ = source.partition(":")
    return f"{head}:…" if colon else source


def test_flags_are_complete() -> None:
    """The glossary has each flag: the constants in capitals whose value looks like one."""
    found = {"doubtful"}
    for path in Path(cleaner.__file__).parent.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign):
                found.update(value for value in assigned(node) if FLAG.fullmatch(value))
    assert set(first_cells(section("docs/glossary.md", "Flags"))) == found - NO_FLAGS


def assigned(node: ast.Assign) -> Iterator[str]:
    """The strings that an assignment to names in capitals gives."""
    for target in node.targets:
        pairs: Iterable[tuple[ast.expr, ast.expr]] = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=False)
        for name, value in pairs:
            if isinstance(name, ast.Name) and name.id.strip("_").isupper() and isinstance(value, ast.Constant):
                yield value.value if isinstance(value.value, str) else ""


def commands() -> Iterator[tuple[str, Any]]:
    """The commands of the command line and their groups, by the words they are called with."""
    waiting = [("cleaner", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        inner: dict[str, Any] = getattr(command, "commands", {})
        waiting += [(f"{name} {word}", one) for word, one in inner.items()]
        yield name, command


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_options_are_complete(name: str) -> None:
    """The pages on the command line explain each option of each command, by its first name."""
    command = dict(commands())[name]
    listed = {
        option.split()[0]
        for page in ("command-line", "corpora", "report")
        for option in first_cells(read(f"docs/{page}.md"))
    }
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    missing = [one.opts for one in options if not listed.intersection(one.opts)]
    assert missing == []


def test_listed_options_exist() -> None:
    """Each option that the pages on the command line explain is one of a command."""
    known = {text for _, command in commands() for one in command.params for text in (*one.opts, *one.secondary_opts)}
    cells = [cell for page in ("command-line", "corpora") for cell in first_cells(read(f"docs/{page}.md"))]
    assert {cell.split()[0] for cell in cells if cell.startswith("-")} - known == set()


def test_dependencies_are_complete() -> None:
    """The table of dependencies has a row for each package in pyproject.toml, and no other."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    packages = {re.match(r"[\w-]+", one)[0] for one in wanted}  # type: ignore[index]
    table = section("docs/development.md", "Dependencies")
    assert set(first_cells(table)) - set(project["optional-dependencies"]) | packages == packages
    assert packages - set(first_cells(table)) == set()
