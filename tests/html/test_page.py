"""A page cut into blocks: where blocks end, what is skipped, tables, preformatted text, and bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.html.attributes import MAX_ATTRIBUTES
from cleaner.html.page import CUT_SHORT, MAX_ELEMENTS, Page, read_page


def texts(markup: str | bytes) -> list[str]:
    """The texts of the blocks of a page."""
    return [block.text for block in read_page(markup).blocks]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One <b>two</b> <i>three</i>.</p>", ["One two three."]),
        ("<div>Before<p>inside</p>behind</div>", ["Before", "inside", "behind"]),
        ("<ul><li>One<li>Two</ul>", ["One", "Two"]),
        ("<p>One<br>two<br/>three</p>", ["One", "two", "three"]),
        ("<p>  white \n\t space\xa0 </p>", ["white space"]),
        ("<p>in<span>word</span></p>", ["inword"]),
        ("<my-box>One</my-box>two", ["One", "two"]),
        ("<div><script>var x</script>Text<style>p{}</style><noscript>No</noscript></div>", ["Text"]),
        ("<p>A<!-- comment -->B<?pi x?>C</p>", ["ABC"]),
        ("<form>Name<input value=x><select><option>One</select><textarea>T</textarea>Go</form>", ["NameGo"]),
        ("<svg><text>drawn</text></svg><p>Text", ["Text"]),
        ("<h1>Head</h1><p>Text", ["Head", "Text"]),
        ("<body><p>One</p></body></html><p>Two</p></body><p>Three", ["One", "Two", "Three"]),
        ("<p>Un &eacute;t&eacute; &amp; plus &#8364;</p>", ["Un été & plus €"]),
    ],
)
def test_blocks_end_where_a_reader_sees_an_end(markup: str, expected: list[str]) -> None:
    """Elements of their own line and line breaks end a block, everything else runs on; scripts and forms are left out."""
    assert texts(markup) == expected


def test_table_of_data_has_a_block_a_row() -> None:
    """The rows of a table of data are one block each, its caption too; the cells of a layout are blocks."""
    data = "<table><caption>Fares<tr><th>Boat<th>Fare<tr><td>Small<td>2<tr><td>Large<td>5</table>"
    assert texts(data) == ["Fares", "Boat | Fare", "Small | 2", "Large | 5"]
    layout = f"<table><tr><td>Menu<td><p>{'Long text. ' * 40}</p></table>"
    assert texts(layout) == ["Menu", ("Long text. " * 40).strip()]
    nested = "<table><tr><td>One<td><table><tr><td>Two<td>Three<tr><td>4<td>5</table></table>"
    assert texts(nested) == ["One", "Two | Three", "4 | 5"]


def test_preformatted_text_keeps_its_line_ends() -> None:
    """Preformatted text is one block with its line ends and its indents."""
    assert texts("<pre>\n\nfor x:\r\n    <b>go</b>\n\nend  \n</pre>") == ["for x:\n    go\n\nend"]


def test_block_says_what_its_markup_says() -> None:
    """A block knows its links, bold text, pictures and whether a line break began it."""
    markup = "<p><img src=x><a href='/a'>Link</a> and <strong>bold</strong> <a href='#n'>note</a><br>next</p>"
    first, second = read_page(markup).blocks
    assert (first.links, first.anchors, first.link_size, first.bold_size, first.images) == (2, 1, 8, 4, 1)
    assert (first.soft, second.soft, second.text) == (False, True, "next")


def test_elements_know_their_names() -> None:
    """An element carries the words of its class, id and role, and whether it is hidden."""
    page = read_page('<div class="post body" id=main role=article><p style="display: none">x</p></div>')
    node = page.nodes[page.blocks[0].node]
    assert (node.tag, node.hidden) == ("p", True)
    assert page.nodes[node.parent].names.split() == ["post", "body", "main", "article"]
    assert [page.nodes[number].tag for number in page.ancestors(page.blocks[0].node)] == ["p", "div", "body", "html"]


@pytest.mark.parametrize(
    "markup", ["", " ", "plain words", b"", b"%PDF-1.7 \x00\xff\xfe", b"\x89PNG\r\n\x1a\n\x00", "<", "<>", "<!--"]
)
def test_what_is_no_page_has_no_blocks_or_few(markup: str | bytes) -> None:
    """Data that is not HTML gives at most a block of its own characters."""
    assert len(read_page(markup).blocks) <= 1


@given(st.text(alphabet="<>/abpdivtrl=\"' \n&#x;!-", max_size=300))
def test_any_markup_is_read(markup: str) -> None:
    """No markup makes reading fail, and no block is blank or has an edge of white space."""
    for text in texts(markup):
        assert text
        assert text == text.strip("\n")


@given(st.text(max_size=100))
def test_any_text_is_read(text: str) -> None:
    """No character makes reading fail, lone surrogates included."""
    assert isinstance(read_page(f"<p>{text}</p>"), Page)


@pytest.mark.slow
@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000 + "deep" + "</div>" * 100_000,
        "<b>" * 100_000 + "bold",
        "<p>x" * 1_000_000,
        "<table>" + "<tr><td>1<td>2" * 200_000,
        "<p>" + "word " * 8_000_000,
        "<body><img src='data:image/png;base64," + "A" * 12_000_000 + "'><p>behind</p>",
        "<!DOCTYPE html [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><p>&b;&b;</p>" * 2_000,
        "<ul>" + "<li><a href=x>y</a>" * 300_000,
    ],
    ids=["depth", "bold", "siblings", "rows", "size", "picture", "entities", "links"],
)
def test_large_pages_are_bounded(markup: str) -> None:
    """Depth, number, size and embedded data are bounded, and anything beyond the bound is left out."""
    start = time.process_time()
    page = read_page(markup)
    assert time.process_time() - start < 15
    assert len(page.nodes) <= MAX_ELEMENTS + 2


def test_elements_after_the_bound_are_left_out() -> None:
    """Of too many elements the first are read, however deep they are nested, and the page says so."""
    part = "<p>Der Rat hat gestern entschieden.</p>"
    assert read_page(part * 200).flags == ()
    for markup in (
        part * (MAX_ELEMENTS + 10),
        f"<div>{part}</div>" * MAX_ELEMENTS,
        f"<div>{part * MAX_ELEMENTS}</div>",
    ):
        page = read_page(markup)
        assert page.flags == ("page-cut-short",)
        assert len(page.blocks) >= MAX_ELEMENTS // 2 - 1
        assert len(page.nodes) <= MAX_ELEMENTS + 1
        assert {block.text for block in page.blocks} == {"Der Rat hat gestern entschieden."}


def test_rows_and_cells_count_as_elements() -> None:
    """The rows of a table of data are bounded like everything else."""
    page = read_page("<table>" + "<tr><td>Boat</td><td>Fare</td></tr>" * (MAX_ELEMENTS // 2) + "</table><p>behind")
    assert page.flags == ("page-cut-short",)
    assert len(page.blocks) == (MAX_ELEMENTS - 2) // 3


def test_page_deeper_than_the_parser_reads_says_so() -> None:
    """The parser stops when 2,000 elements are open; the page says that something is missing."""
    page = read_page("<p>before</p>" + "<b>" * 3_000 + "<p>behind</p>")
    assert [block.text for block in page.blocks] == ["before"]
    assert page.flags == ("page-cut-short",)


def test_rows_inside_rows_are_a_layout() -> None:
    """A table with rows inside rows is not a data table, so their text is read once."""
    nested = "<table>" + "<tr><td>Boat<td><div>" * 3 + "Fare"
    assert texts(nested) == ["Boat", "Boat", "Boat", "Fare"]


def test_text_behind_embedded_data_is_found() -> None:
    """An embedded picture of several megabytes does not hide what follows it."""
    assert texts("<img src='data:image/png;base64," + "A" * 11_000_000 + "'><p>behind</p>") == ["behind"]


def test_deep_text_is_found() -> None:
    """Text deeper than the bound is taken as running text."""
    assert texts("<div>" * 400 + "deep" + "</div>" * 400 + "<p>behind") == ["deep", "behind"]


def test_first_of_many_elements_are_read() -> None:
    """Elements beyond the bound are left out, wherever they stand; those before it are not."""
    page = read_page("<body>" + "<p>a</p>" * (MAX_ELEMENTS + 10))
    assert len(page.blocks) >= MAX_ELEMENTS - 10
    assert page.flags == (CUT_SHORT,)


def test_long_value_is_one_attribute() -> None:
    """Data that a page keeps in an attribute do not cost the element its class."""
    data = '{"a": 1, "b": 2} ' * 2 * MAX_ATTRIBUTES
    page = read_page(f"<p class='a' data-x='{data}'>Oui</p>")
    assert [node.names.strip() for node in page.nodes if node.tag == "p"] == ["a"]
