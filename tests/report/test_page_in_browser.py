"""The report in a real browser: it shows, filters, marks and exports, and nothing from a document acts in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from cleaner import Cleaner
from cleaner.cli import app
from tests.report.browsing import HOSTILE, browsing, open_report, write_records

ROOT = Path(__file__).parents[2]
SAMPLES = ("fr-blog-thread", "ar-flattened-theatre", "en-ferry-blogger", "zh-flattened-metro", "de-imker-gesponsert")
ARTICLE = (
    "The council passed the budget last night after six hours of debate, and the café by the bridge stays open.\n"
    "Two members voted against it because the figures for the harbour had arrived only that morning.\n"
)
# The texts of the lines that can be seen, without what is hidden in them.
LEFT = """[...document.querySelectorAll("#lines .line")]
    .filter((line) => getComputedStyle(line).display !== "none")
    .map((line) => [...line.querySelector(".text").childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE || getComputedStyle(node).display !== "none")
        .map((node) => node.textContent).join(""))
    .filter((text) => text)"""
RESULT = ARTICLE + "\U0001f41f Share on Facebook\nComments are closed.\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A running browser, for all tests."""
    with browsing() as started:
        yield started


def report(folder: Path, *inputs: str | Path, **options: str) -> Path:
    """A report over some inputs."""
    target = folder / "report.html"
    extra = [part for name, value in options.items() for part in (f"--{name}", value)]
    with pytest.raises(SystemExit) as ended:
        app(["report", *map(str, inputs), "-o", str(target), "--jobs", "1", "--quiet", *extra], prog_name="cleaner")
    assert not ended.value.code
    return target


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report over some samples, one in Arabic and one in Chinese among them."""
    return report(tmp_path_factory.mktemp("samples"), *(ROOT / "samples" / name / "raw.txt" for name in SAMPLES))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report over documents whose texts, names and sites would like to act."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = [f"{ARTICLE}{line}\nShare on Facebook\nRead also: {line}\n" for line in HOSTILE]
    path = write_records(folder / "'\"><img src=x onerror=alert(1)>.jsonl", texts, site="<b>site</b>", lang="<i>")
    return report(folder, path, **{"site-field": "site"})


def test_documents_are_listed_least_certain_first(browser: Any, samples: Path) -> None:
    """Every document is listed with its words lost and its confidence, in the order of the latter."""
    with open_report(browser, samples) as page:
        rows = page.locator("#documents .about", has_text="confidence").all_inner_texts()
        assert len(rows) == len(SAMPLES)
        confidences = [float(row.split("confidence ")[1][:4]) for row in rows]
        assert confidences == sorted(confidences)
        assert page.locator("#documents [aria-current=true]").count() == 1


def test_lines_are_those_of_the_result(browser: Any, samples: Path) -> None:
    """The original is shown with each of its lines, removed ones struck, and the result is what cleaning leaves."""
    original = (ROOT / "samples" / "fr-blog-thread" / "raw.txt").read_text("utf-8")
    result = Cleaner().clean(original)
    with open_report(browser, samples) as page:
        page.get_by_role("button", name="fr-blog-thread").click()
        shown = page.locator("#lines .text").all_text_contents()
        assert "".join(f"{line}\n" for line in shown) == original
        struck = page.locator("#lines del").all_text_contents()
        assert "".join(struck) == "".join(removal.text.replace("\n", "") for removal in result.removals)
        page.locator("#view").select_option("result")
        assert page.evaluate(LEFT) == [line for line in result.text.split("\n") if line]
        assert not page.locator("#lines del").first.is_visible()


def test_unchanged_stretches_are_folded(browser: Any, samples: Path) -> None:
    """Lines far from a removal are folded until they are asked for."""
    with open_report(browser, samples) as page:
        page.get_by_role("button", name="fr-blog-thread").click()
        first = page.locator("#lines .line").first
        assert not first.is_visible()
        page.locator("#lines summary").first.click()
        assert first.is_visible()
        page.get_by_role("button", name="Show all context").click()
        assert page.locator("#lines details:not([open])").count() == 0


def test_a_click_shows_the_reasons(browser: Any, samples: Path) -> None:
    """A line tells the names, words and points of what weighed most, the first of them the pattern that holds on it."""
    with open_report(browser, samples) as page:
        page.get_by_role("button", name="de-imker-gesponsert").click()
        line = page.locator("#lines .drop", has_text="Anzeige").first
        assert "advertisement-marker" in line.locator(".note").text_content()
        line.locator("button.number").click()
        rows = line.locator(".panel li").all_text_contents()
        assert "points in all" in rows[0]
        assert "+16.0" in rows[1]
        assert "de.advertisement-marker.whole" in rows[1]
        assert line.locator("button.number").get_attribute("aria-expanded") == "true"


def test_filters_leave_what_matches(browser: Any, samples: Path) -> None:
    """Kind, text and points choose the documents that have such a line, and mark the lines."""
    with open_report(browser, samples) as page:
        page.locator("#kind").select_option("sponsor-block")
        assert 0 < page.locator("#documents li").count() < len(SAMPLES)
        assert page.locator("#lines .match").count() > 0
        assert {"sponsor-block"} == set(page.locator("#lines .match .kind").all_text_contents())
        page.get_by_role("button", name="Clear").click()
        page.locator("#words").fill("MOULIN DE LORMEAUX")
        (found,) = page.locator("#documents button").all_inner_texts()
        assert f"{ROOT}/samples/fr-blog-thread/raw.txt" in found
        assert page.locator("#lines .match").first.is_visible()
        page.locator("#words").fill("no document has this")
        assert page.get_by_role("heading", name="No document matches").is_visible()
        page.get_by_role("button", name="Clear").click()
        page.locator("#least").fill("15")
        scores = page.locator("#lines .match .points").all_text_contents()
        assert scores
        assert all(float(score) >= 15 for score in scores)


def test_keys_move_and_mark(browser: Any, samples: Path) -> None:
    """The keyboard alone goes from removal to removal and to the next document, and marks a line."""
    with open_report(browser, samples) as page:
        name = page.locator("#name").inner_text()
        page.keyboard.press("j")
        first = page.evaluate("document.activeElement.closest('.line').querySelector('.text').textContent")
        page.keyboard.press("j")
        second = page.evaluate("document.activeElement.closest('.line').querySelector('.text').textContent")
        assert first != second
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.closest('.line').querySelector('.text').textContent") == first
        page.keyboard.press("a")
        assert page.locator("#marks").inner_text() == "1 correction"
        page.keyboard.press("u")
        assert page.locator("#marks").inner_text() == "No corrections"
        page.keyboard.press("n")
        assert page.locator("#name").inner_text() != name
        page.locator("#words").press("p")
        assert page.locator("#words").input_value() == "p"


def focused(page: Any) -> str:
    """The document and the line that has the focus."""
    line: str = page.evaluate("document.activeElement.closest('.line').querySelector('.text').textContent")
    return f"{page.locator('#name').inner_text().rsplit(':', 1)[-1]}: {line}"


def test_keys_pass_the_removals_of_all_documents_both_ways(browser: Any, tmp_path: Path) -> None:
    """The removal before the first one of a document is the last one of the document before, as it is the other way."""
    path = write_records(tmp_path / "pages.jsonl", [RESULT, ARTICLE, RESULT.replace("budget", "law")])
    with open_report(browser, report(tmp_path, path)) as page:
        seen = []
        for _ in range(4):
            page.keyboard.press("j")
            seen.append(focused(page))
        assert len(set(seen)) == 4
        for wanted in seen[2::-1]:
            page.keyboard.press("k")
            assert focused(page) == wanted


def exported(page: Any) -> list[dict[str, Any]]:
    """The corrections that the page writes."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export corrections.jsonl").click()
    assert waiting.value.suggested_filename == "corrections.jsonl"
    return [json.loads(line) for line in Path(waiting.value.path()).read_text("utf-8").splitlines()]


def test_marks_are_exported(browser: Any, tmp_path: Path) -> None:
    """A marked line is exported with its record, its place in characters, its neighbours and what became of it."""
    path = write_records(tmp_path / "pages.jsonl", [RESULT, RESULT.replace("budget", "law")])
    with open_report(browser, report(tmp_path, path)) as page:
        page.locator("#documents button").first.click()
        shown = page.locator("#name").inner_text().split(" · ")[0]
        line = page.locator("#lines .line", has_text="Share on Facebook")
        line.locator("button.number").click()
        line.get_by_role("button", name="This was article").click()
        assert line.get_by_role("button", name="This was article").get_attribute("aria-pressed") == "true"
        found = exported(page)
        # They last when the page is closed.
        page.reload()
        page.wait_for_selector("#browser:not([hidden])")
        assert exported(page) == found
    (one,) = found
    number = int(shown.rsplit(":", 1)[1])
    text = RESULT if number == 1 else RESULT.replace("budget", "law")
    assert (one["file"], one["line"], one["id"]) == (str(path), number, number - 1)
    assert text[one["start"] : one["end"]] == one["text"] == "\U0001f41f Share on Facebook"
    assert (one["label"], one["action"], one["kind"]) == ("article", "drop", "share-bar")
    assert (one["before"], one["after"]) == (text.splitlines()[1], "Comments are closed.")
    assert one["score"] == pytest.approx(Cleaner().clean(text).removals[0].score, abs=0.05)
    assert one["options"] == {}


def marked(page: Any, path: Path) -> str:
    """What a report says about its marks."""
    page.goto(path.as_uri())
    page.wait_for_selector("#browser:not([hidden])")
    words: str = page.locator("#marks").inner_text()
    return words


def test_marks_of_two_reports_never_mix(browser: Any, tmp_path: Path) -> None:
    """A report of other files has no marks of this one, though their texts are the same, and both are kept."""
    paths = []
    for name in ("mine", "yours"):
        (tmp_path / name).mkdir()
        paths.append(report(tmp_path / name, write_records(tmp_path / name / "pages.jsonl", [RESULT])))
    with open_report(browser, paths[0]) as page:
        page.keyboard.press("j")
        page.keyboard.press("x")
        assert marked(page, paths[1]) == "No corrections"
        assert marked(page, paths[0]) == "1 correction"


def test_a_damaged_store_is_an_empty_one(browser: Any, samples: Path) -> None:
    """What another page has put where the marks are kept does not keep the report from being shown."""
    with open_report(browser, samples) as page:
        for damaged in ("{}", "[1]", "no JSON"):
            page.keyboard.press("j")
            page.keyboard.press("x")
            page.evaluate(
                "(text) => { for (const key of Object.keys(localStorage)) localStorage[key] = text; }", damaged
            )
            assert marked(page, samples) == "No corrections"


def test_corrections_can_be_read_again(browser: Any, tmp_path: Path) -> None:
    """What the page exports is what ``cleaner eval --corrections`` takes."""
    path = write_records(tmp_path / "pages.jsonl", [RESULT])
    with open_report(browser, report(tmp_path, path)) as page:
        page.keyboard.press("j")
        page.keyboard.press("x")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Export corrections.jsonl").click()
        target = tmp_path / "corrections.jsonl"
        waiting.value.save_as(target)
    with pytest.raises(SystemExit) as ended:
        app(["eval", "--corrections", str(target)], prog_name="cleaner")
    assert not ended.value.code


def test_every_correction_fits_its_text(browser: Any, tmp_path: Path) -> None:
    """Each line that can be marked is exported with the text between its offsets, shortened or not; blank ones are not."""
    words = "".join(f"{sha512(b'%d' % number).hexdigest()} " for number in range(40000))
    texts = [words, f"{ARTICLE}\r\n \u200b\nCaf\u0301e \U0001f41f\udcff\r\nShare on Facebook\r\n"]
    path = write_records(tmp_path / "pages.jsonl", texts)
    with open_report(browser, report(tmp_path, path)) as page:
        for own in page.locator("#documents button").all():
            own.click()
            page.get_by_role("button", name="Show all context").click()
            for number in page.locator("#lines button.number").all():
                number.focus()
                page.keyboard.press("x")
        found = exported(page)
    assert len(found) == 5
    assert any(one["end"] - one["start"] < len(words) for one in found if one["line"] == 1)
    for one in found:
        assert texts[one["line"] - 1][one["start"] : one["end"]] == one["text"]


def test_nothing_from_a_document_acts(browser: Any, hostile: Path) -> None:
    """Scripts, tags, addresses and signs of templates in texts, names and sites are shown as text."""
    with open_report(browser, hostile) as page:
        for _ in HOSTILE:
            page.get_by_role("button", name="Show all context").click()
            for number in page.locator("#lines button.number:visible").all():
                number.click()
            page.locator("#view").select_option("beside")
            page.locator("#view").select_option("marked")
            page.keyboard.press("n")
        assert page.evaluate("window.harmed") is None
        assert page.locator("#lines img, #lines script, #lines a, #documents img, #documents b").count() == 0
        shown = set()
        for row in page.locator("#documents button").all():
            row.click()
            shown.update(page.locator("#lines .text").all_text_contents())
        assert {line for line in HOSTILE if "\x00" not in line} <= shown


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Any, samples: Path, width: int, scheme: str) -> None:
    """Axe finds nothing serious, in every view, narrow and wide, light and dark."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="python -m pip install 'news-cleaner[test-browser]'"
    )
    with open_report(browser, samples, width=width, scheme=scheme) as page:
        for view in ("marked", "result", "beside"):
            page.locator("#view").select_option(view)
            if view == "marked":
                page.locator("#lines .drop button.number").first.click()
            # axe puts a script into the page, which the policy of the page rightly refuses a page itself.
            found = page.evaluate(f"{axe_script(axe)}; axe.run()")
            serious = [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")]
            assert serious == []


def axe_script(axe: Any) -> str:
    """The script of axe."""
    return (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("width", [360, 1600])
def test_nothing_is_wider_than_the_window(browser: Any, samples: Path, hostile: Path, width: int) -> None:
    """The page never scrolls sideways, whatever words are in it."""
    for path in (samples, hostile):
        with open_report(browser, path, width=width) as page:
            for row in page.locator("#documents button").all():
                row.click()
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_right_to_left_text_reads_right(browser: Any, samples: Path) -> None:
    """Lines in Arabic run from the right, in a page whose own words run from the left."""
    with open_report(browser, samples) as page:
        page.get_by_role("button", name="ar-flattened-theatre").click()
        page.get_by_role("button", name="Show all context").click()
        directions = page.evaluate(
            "[...document.querySelectorAll('#lines .text')].filter((one) => /\\p{Script=Arabic}/u.test(one.textContent))"
            ".map((one) => getComputedStyle(one).direction)"
        )
        assert directions
        assert set(directions) == {"rtl"}


def test_discarding_asks_first(browser: Any, samples: Path) -> None:
    """Corrections are only discarded when a person says so twice."""
    with open_report(browser, samples) as page:
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.locator("#discard").click()
        assert page.locator("#marks").inner_text() == "1 correction"
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator("#discard").click()
        assert page.locator("#marks").inner_text() == "No corrections"


@pytest.mark.parametrize("width", [360, 1600])
def test_the_page_begins_at_its_top(browser: Any, samples: Path, width: int) -> None:
    """What is shown first is the heading, also where the list of documents stands below it."""
    with open_report(browser, samples, width=width) as page:
        assert page.evaluate("window.scrollY") == 0


def test_side_by_side_lines_stand_beside_each_other(browser: Any, samples: Path) -> None:
    """A line of the result stands where it stands in the original."""
    with open_report(browser, samples) as page:
        page.get_by_role("button", name="de-imker-gesponsert").click()
        page.locator("#view").select_option("beside")
        tops = page.evaluate(
            "[...document.querySelectorAll('#lines > div')].map((side) => [...side.querySelectorAll('.line.keep')]"
            ".map((line) => Math.round(line.getBoundingClientRect().top)))"
        )
        assert tops[0]
        assert tops[0] == tops[1]
