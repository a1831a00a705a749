"""HTML and a site memory: what the site's other pages say about the blocks of a page."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner import CleanConfig, Cleaner, CleanResult, ConfigError, Kind, SiteMemory, apply_removals
from cleaner.api import learn_document
from cleaner.html.choice import choose_blocks
from cleaner.html.learning import learn_html, named_address
from cleaner.sites.addresses import page_key
from cleaner.sites.knowledge import SiteKnowledge
from cleaner.sites.pages import LearnedPage, learn_text

SITE = "heron.example"
ABOUT = "The Heron has been printed in the old tannery at the mill pond since the spring of the great flood."
LABEL = "At a glance"
NEWS = (
    ("Beekeeper finds a swarm in the organ", "The organist noticed it when the lowest pipe began to hum by itself."),
    ("Two goats elected to the fair board", "Nobody had checked the names on the ballot before the count was over."),
    ("Lighthouse painted in the wrong blue", "The painter had read the number of the colour upside down, he said."),
    ("Baker wins the race against her oven", "She was back from the finish before the second tray had turned brown."),
    ("Tuba returned after eleven winters", "It came in a crate without a letter, polished and a little in tune."),
    ("School bell rings for the last time", "A child in the front row held her ears and then began to cry softly."),
    ("Ferry captain learns to swim at sixty", "His wife watched from the jetty and counted every stroke out loud."),
    ("Snow closes the road to the pass", "The plough had been lent to the next valley only the evening before."),
)
MORE = (
    "The {0} innkeeper wrote it on the board above his bar, and those who came in that evening spoke of nothing else.",
    "The council will come back to it in the {0} week of the year, when the mayor has returned from the mountains.",
)
NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def address(number: int) -> str:
    """The address of a page of the site."""
    return f"https://{SITE}/news/{number}"


def paragraphs(number: int) -> list[str]:
    """The paragraphs of a page's article."""
    return [NEWS[number][1], *(text.format(NAMES[number]) for text in MORE)]


def teasers(number: int) -> list[str]:
    """The headlines of two other pages."""
    return [NEWS[(number + step) % len(NEWS)][0] for step in (1, 3)]


def page(number: int, *, head: str = "", about: str = ABOUT, note: str = "p", top: str = "h1") -> str:
    """A page of the site, with teasers of two others, and a note in the style of its article.

    ``note`` and ``top``: the elements of the note and of the headline.
    """
    more = "".join(f'<li><a href="/news">{text}</a></li>' for text in teasers(number))
    first, *rest = paragraphs(number)
    inner = "".join(f"<p>{text}</p>" for text in rest)
    return f"""<html><head>{head}</head><body class="page-{number}"><nav><a href="/">Front page</a></nav>
    <div class="story" id="story-{number}"><{top}>{NEWS[number][0]}</{top.partition(" ")[0]}><p>{first}</p><h2>{LABEL}</h2>{inner}
    <{note}>{about}</{note.partition(" ")[0]}></div><ul class="more">{more}</ul></body></html>"""


def taught(numbers: range = range(1, len(NEWS)), *, as_text: bool = False) -> Cleaner:
    """A cleaner whose memory has learned some pages of the site."""
    cleaner = Cleaner(sites=SiteMemory())
    for number in numbers:
        if as_text:
            lines = ["Front page", NEWS[number][0], *paragraphs(number), ABOUT, *teasers(number)]
            assert cleaner.observe("\n".join(lines), url=address(number))
        else:
            assert cleaner.observe({"html": page(number), "url": address(number)})
    return cleaner


def removed(result: CleanResult, text: str) -> dict[str, str]:
    """The details of the evidence for removing a text, by source; empty if it stays."""
    found = [removal for removal in result.removals if text in removal.text]
    return {one.source: one.detail for removal in found for one in removal.evidence}


def test_a_repeated_block_is_removed_and_says_where_it_was_seen() -> None:
    """A note in the style of the article stays without a memory, and is removed as boilerplate with one."""
    assert ABOUT in Cleaner().clean_html(page(0), url=address(0)).text
    result = taught().clean_html(page(0), url=address(0))
    assert ABOUT not in result.text
    assert removed(result, ABOUT)["context.site-repeats"] == "on 7 of 7 other pages of this site, in the same element"
    assert [one.kind for one in result.removals if ABOUT in one.text] == [Kind.BOILERPLATE]


def test_the_evidence_adds_up_to_the_score() -> None:
    """The points of the site are part of the sum that the verdict on a block shows."""
    result = taught().clean_html(page(0), url=address(0))
    for verdict in result.lines:
        if ABOUT in result.restore()[verdict.line.start : verdict.line.end]:
            assert verdict.score == pytest.approx(sum(one.points for one in verdict.evidence))
            assert verdict.score > 0
            break
    else:
        pytest.fail("no verdict is about the note")


def test_what_the_article_has_alone_stays() -> None:
    """Headline and paragraphs are on no other page but as teasers, so all of them stay."""
    text = taught().clean_html(page(0), url=address(0)).text
    assert [part for part in (NEWS[0][0], *paragraphs(0)) if part not in text] == []


def test_a_headline_that_other_pages_tease_stays() -> None:
    """Nothing marks it as the headline, and two pages have it among their teasers; but that is another element."""
    cleaner, markup = taught(), page(0, top="p")
    result = cleaner.clean_html(markup, url=address(0))
    assert isinstance(cleaner.sites, SiteMemory)
    knowledge = cleaner.sites.knowledge(SITE)
    assert knowledge is not None
    known = knowledge.recall(learn_html(markup, address(0))[0])
    assert (known.counts[1], known.elements[1], known.elsewhere[1]) == (2, 0, 2)
    # The teasers on this page are on one other page as a teaser, and on one as its headline.
    assert (known.counts[-1], known.elements[-1], known.elsewhere[-1]) == (2, 1, 1)
    assert NEWS[0][0] in result.text
    assert "context.site-repeats" not in removed(result, NEWS[0][0])
    assert "context.site-repeats" in removed(result, NEWS[1][0])


def test_a_label_inside_the_article_stays() -> None:
    """A label stands on every page of the site, but between other paragraphs each time."""
    assert LABEL in taught().clean_html(page(0), url=address(0)).text


@pytest.mark.parametrize("numbers", [range(0), range(1, 5)])
def test_few_pages_claim_nothing(numbers: range) -> None:
    """With fewer than five other pages of the site the result is that of a cleaner without a memory."""
    result = taught(numbers).clean_html(page(0), url=address(0))
    assert ABOUT in result.text
    assert result == Cleaner().clean_html(page(0), url=address(0))
    assert result.lines == Cleaner().clean_html(page(0), url=address(0)).lines


def test_the_own_page_does_not_count() -> None:
    """A page that was learned itself is judged by the others: four others are too few, though five are known."""
    assert ABOUT in taught(range(5)).clean_html(page(0), url=address(0)).text


def test_a_page_without_a_sentence_of_its_own_is_not_judged() -> None:
    """Where the repeated text is all there is to read, it may be the article, so the result is that without a memory."""
    bare = f'<div class="story"><h1>Who we are</h1><p>{ABOUT}</p><p>Mill pond, tannery, third door</p></div>'
    cleaner = taught()
    result = cleaner.clean_html(bare, url=address(90))
    assert ABOUT in result.text
    assert result.lines == Cleaner().clean_html(bare, url=address(90)).lines


def test_a_known_article_is_never_lost_whole() -> None:
    """Points that leave few words would make a page one without an article, unless it is known to have one."""
    words, points = np.array([12.0, 30.0]), np.array([0.4, -8.0])
    texts = ["a few words of a short report", "a notice that the site repeats"]
    without = choose_blocks(texts, words, points, [], headline="first", threshold=0.0)
    known = choose_blocks(texts, words, points, [], headline="first", threshold=0.0, is_article=True)
    assert not without.kept.any()
    assert known.kept.tolist() == [True, False]


def test_site_is_found_by_name_url_or_canonical_address() -> None:
    """Each way to say the site has the same outcome, and without any of them the memory is not asked."""
    cleaner = taught()
    canonical = f'<link rel="canonical" href="{address(0)}">'
    assert named_address(page(0, head=canonical)) == address(0)
    results = [
        cleaner.clean_html(page(0), url=address(0)),
        cleaner.clean_html(page(0), site=SITE),
        cleaner.clean_html(page(0, head=canonical)),
        *cleaner.stream([{"html": page(0), "url": address(0)}, {"html": page(0), "site": SITE}]),
        *cleaner.clean_many([{"html": page(0), "site": SITE}, "A text."])[:1],
    ]
    assert {ABOUT in result.text for result in results} == {False}
    assert ABOUT in cleaner.clean_html(page(0)).text


def test_a_block_of_a_repeated_shape_is_named() -> None:
    """A note that differs from those of other pages in a number only counts as a hint, and says so."""
    cleaner = Cleaner(sites=SiteMemory())
    for number in range(1, 8):
        cleaner.observe({"html": page(number, about=f"{number}3 readers liked this"), "url": address(number)})
    result = cleaner.clean_html(page(0, about="208 readers liked this"), url=address(0))
    details = removed(result, "208 readers liked this")
    assert details["context.site-hint"] == "but for numbers and names on 7 of 7 other pages of this site"


def test_an_element_that_has_nothing_of_its_own_is_named() -> None:
    """A new text in an element that has the same text on all other pages is doubted for its element."""
    new = "Readers of the paper may now also visit us behind the chapel on market days"
    cleaner = Cleaner(sites=SiteMemory())
    for number in range(1, 8):
        cleaner.observe({"html": page(number, note="p class=box"), "url": address(number)})
    result = cleaner.clean_html(page(0, about=new, note="p class=box"), url=address(0))
    verdict = next(one for one in result.lines if new in result.restore()[one.line.start : one.line.end])
    found = [one for one in verdict.evidence if one.source == "context.site-element"]
    wanted = "its element is on 7 of 7 other pages of this site, with text of their own on 0"
    assert [(one.points, one.detail) for one in found] == [(2.0, wanted)]


def test_a_memory_of_texts_serves_html_and_the_other_way_round() -> None:
    """Blocks and lines of text are known by the same keys; only the element is not known of texts."""
    result = taught(as_text=True).clean_html(page(0, top="h2"), url=address(0))
    assert ABOUT not in result.text
    assert removed(result, ABOUT)["context.site-repeats"] == "on 7 of 7 other pages of this site"
    verdict = next(one for one in result.lines if one.line.start == result.restore().index(NEWS[0][0]))
    assert [one.source for one in verdict.evidence if "site" in one.source] == []
    assert verdict.action == "keep"
    text = "\n".join([NEWS[0][0], *paragraphs(0), ABOUT])
    details = removed(taught().clean(text, url=address(0)), ABOUT)
    assert details["context.site-repeats"].startswith("on 7 of 7 other pages of this site")


def test_markdown_output_leaves_out_the_same_blocks() -> None:
    """What stays does not depend on the output, and the removals of Markdown have the same reasons."""
    result = taught().clean_html(page(0), url=address(0), output="markdown")
    assert f"# {NEWS[0][0]}" in result.text
    assert ABOUT not in result.text
    assert "context.site-repeats" in removed(result, ABOUT)
    assert apply_removals(result.restore(), result.removals) == result.text


def test_the_other_engine_uses_the_memory_too() -> None:
    """The text that trafilatura finds is cleaned with what is known about the site."""
    config = CleanConfig(engine="trafilatura")
    assert ABOUT in Cleaner(config).clean_html(page(0), url=address(0)).text
    assert ABOUT not in Cleaner(config, sites=taught().sites).clean_html(page(0), url=address(0)).text


def test_removals_replay_and_a_second_cleaning_changes_nothing() -> None:
    """The result is the source without its removals, and the same page gives the same result again."""
    cleaner = taught()
    first, second = (cleaner.clean_html(page(0), url=address(0)) for _ in range(2))
    assert apply_removals(first.restore(), first.removals) == first.text
    assert first == second
    assert first.lines == second.lines


def test_reasons_of_a_pickled_result_are_those_of_its_time() -> None:
    """The reasons are computed later, from what was known about the site when the page was cleaned."""
    cleaner = taught(range(1, 7))
    result = cleaner.clean_html(page(0), url=address(0))
    again = pickle.loads(pickle.dumps(result))
    for number in range(20, 40):
        cleaner.observe({"html": page(7, about=f"Note {number}"), "url": address(number)})
    assert again.lines == result.lines
    assert removed(again, ABOUT)["context.site-repeats"] == "on 6 of 6 other pages of this site, in the same element"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "<div class='a1 note'>", "</div>", "<h1>", ABOUT, NEWS[0][1], "<br>", "\x00", "é"])
    )
)
def test_an_empty_memory_changes_nothing(parts: list[str]) -> None:
    """Any page is cleaned as without a memory where the memory knows nothing, and learning it never fails."""
    markup = "".join(parts)
    memory = SiteMemory()
    cleaner = Cleaner(sites=memory)
    assert cleaner.clean_html(markup, url=address(0)) == Cleaner().clean_html(markup, url=address(0))
    assert cleaner.observe({"html": markup}, url=address(0)) == bool(memory.sites())


def test_a_page_is_learned_block_by_block_with_stable_elements() -> None:
    """Numbers in names do not make an element another one, and other names do."""
    one, lines = learn_html(page(1), address(1))
    other, _ = learn_html(page(2), address(2))
    assert list(lines.values())[:2] == ["front page", NEWS[1][0].lower()]
    assert one.paths.tolist() == other.paths.tolist()
    # The menu, the headline, the paragraphs, the label, the teasers.
    assert len(set(one.paths.tolist())) == 5


def test_a_page_is_known_by_its_address() -> None:
    """The given address comes before the canonical one, and without both the text tells."""
    canonical = f'<link rel="canonical" href="{address(5)}">'
    assert learn_html(page(0, head=canonical), address(0))[0].key == page_key(address(0), "")
    assert learn_html(page(0, head=canonical))[0].key == page_key(address(5), "")
    assert learn_html("<p>One line</p><p>and another")[0].key == page_key(None, "One line\nand another")


def test_elements_of_other_pages_are_counted() -> None:
    """A line in another element, an element, and an element with text of its own are told apart."""
    marked = [
        learn_html(f"<p>Text number {name}, all alone.</p><div class=box>Box</div>", f"h.example/{name}")[0]
        for name in "abcdef"
    ]
    own = learn_html(
        "<p>A text of its own, all alone.</p><h2>Box</h2><div class=box>New in here.</div>", "h.example/x"
    )[0]
    known = SiteKnowledge(marked).recall(own)
    assert known.counts.tolist() == [0, 6, 0]
    assert known.elsewhere.tolist() == [0, 6, 0]
    assert known.frames.tolist() == [6, 0, 6]
    assert known.fillings.tolist() == [6, 0, 0]
    text = SiteKnowledge([learn_text("Box\nA text", "h.example/1")[0]]).recall(own)
    assert text.elsewhere.tolist() == text.frames.tolist() == [0, 0, 0]


def test_every_kind_of_document_is_learned_by_its_learner() -> None:
    """Text, HTML and Markdown with one visible text have the same lines; only those of HTML have elements."""
    pages: list[LearnedPage] = []
    for document in (
        "A *b* c\nD e f",
        {"text": "A b c\nD e f"},
        {"markdown": "A *b* c\n\n## D e f"},
        {"html": "<p>A b c<h2>D e f"},
    ):
        found = learn_document(document, url=address(0))
        assert found is not None
        assert found[0] == SITE
        pages.append(found[1])
    assert pages[1].exact.tolist() == pages[2].exact.tolist() == pages[3].exact.tolist() != pages[0].exact.tolist()
    assert [bool(one.paths.all()) for one in pages] == [False, False, False, True]
    assert {one.key for one in pages} == {page_key(address(0), "")}


def test_observing_needs_a_site_a_memory_and_a_text() -> None:
    """Without a site nothing is learned; without a memory or a text the error says what to do."""
    cleaner = Cleaner(sites=SiteMemory())
    assert not cleaner.observe({"html": page(0)})
    assert not cleaner.observe("A text.", url="no address at all")
    assert cleaner.observe({"html": page(0), "site": SITE}, url="https://other.example/")
    assert cleaner.observe({"html": page(0, head=f'<link rel="canonical" href="{address(0)}">')})
    assert isinstance(cleaner.sites, SiteMemory)
    assert cleaner.sites.sites() == [SITE]
    with pytest.raises(ConfigError, match=r"no memory to teach; give one, as in Cleaner\(sites=SiteMemory\(\)\)"):
        Cleaner().observe("A text.", url=address(0))
    with pytest.raises(TypeError, match="html must be a str or bytes, not NoneType"):
        cleaner.observe({"html": None}, url=address(0))
