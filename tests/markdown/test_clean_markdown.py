"""Markdown in, Markdown out: whole lines go, units stay whole, and what is left is valid Markdown."""

from __future__ import annotations

import pickle

import pytest

from cleaner import CleanConfig, Cleaner, Kind, clean_markdown, explain_markdown

ARTICLE = """\
# Le pont de Brest ferme

Le pont de Recouvrance sera fermé pendant trois mois, a annoncé la mairie lundi [dans un communiqué](http://x.example).
Les travaux commenceront en avril et coûteront deux millions d'euros.

« Nous n'avons pas été prévenus », dit une commerçante du quartier, qui craint pour son chiffre d'affaires.
"""


def removed(source: str) -> list[tuple[str, Kind]]:
    """What is removed from a source, and as what."""
    return [(removal.text.strip(), removal.kind) for removal in explain_markdown(source).removals]


def test_a_line_goes_with_its_markup() -> None:
    """A line of links is removed with addresses and markers, and the kind is that of its words."""
    source = f"{ARTICLE}\n[Partager sur Facebook](http://f.example) [Partager sur Twitter](http://t.example)\n"
    assert clean_markdown(source) == ARTICLE
    assert removed(source)[0][1] is Kind.SHARE_BAR


def test_fused_links_are_cut_from_a_comment_line() -> None:
    """Fused reply links go with their addresses; the words of the line before them stay where it stays."""
    source = ARTICLE + "\nMerci pour cet article !\n\n[Répondre](http://b.example/r)[Supprimer](http://b.example/d)\n"
    assert "b.example" not in clean_markdown(source)


@pytest.mark.parametrize(
    "unit",
    [
        "```sh\nShare this page\nSubscribe\n```\n",
        "| Partager | S'abonner |\n|---|---|\n| Imprimer | 12 commentaires |\n| 3 € | 4 € |\n| Nord | Sud |\n",
        "Une note[^1] et [un lien][2].\n\n[^1]: Partager sur Facebook\n\n[2]: http://x.example\n",
        "> Une citation.\n>\n> Une autre, du même livre.\n",
    ],
)
def test_units_of_the_article_stay_whole(unit: str) -> None:
    """Code, tables, footnotes and quotations inside the article stay, whatever words are in them."""
    source = f"{ARTICLE}\n{unit}\nLes riverains ont reçu une lettre de la mairie, datée du 3 mars, qui annonce les travaux.\n"
    assert clean_markdown(source) == source


def test_front_matter_stays_and_gives_the_title() -> None:
    """Front matter is not judged; its title finds the copies of the headline."""
    source = f"---\ntitle: Le pont de Brest ferme\ntags: [a, b]\n---\n\nLe pont de Brest ferme\n\n{ARTICLE}"
    result = explain_markdown(source)
    assert result.text == f"---\ntitle: Le pont de Brest ferme\ntags: [a, b]\n---\n\n{ARTICLE}"
    assert [removal.kind for removal in result.removals] == [Kind.DUPLICATE_HEADLINE]


def test_the_lines_of_a_reader_stay() -> None:
    """The lines that a reader writes above a page are metadata, not a headline."""
    source = f"Title: Le pont de Brest ferme\n\nURL Source: http://x.example/pont\n\nMarkdown Content:\n{ARTICLE}"
    result = explain_markdown(source)
    assert result.text == source
    assert result.headline == "Le pont de Brest ferme"


def test_a_heading_goes_with_all_that_stands_below_it() -> None:
    """A heading of which nothing is left goes, with its underline; its evidence says why."""
    source = f"{ARTICLE}\nEn images\n---------\n\n[Partager sur Facebook](/f)\n\n© 2024 Tous droits réservés\n"
    result = explain_markdown(source)
    assert result.text == ARTICLE
    assert {removal.evidence[0].source for removal in result.removals[:2]} == {"markup.empty-section"}


def test_rules_and_images_follow_what_stands_around_them() -> None:
    """Below the article, a rule and an image go with the noise around them; an image inside the article stays."""
    inside = ARTICLE.replace("\n\n«", "\n\n![Le pont](pont.jpg)\n\n«")
    source = f"{inside}\n***\n\n[Partager sur Facebook](/f)\n\n![logo](l.png)\n\n© 2024 Tous droits réservés\n"
    result = explain_markdown(source)
    assert result.text == inside
    between = [removal for removal in result.removals if "***" in removal.text or "![logo" in removal.text]
    assert [removal.evidence[0].source for removal in between] == ["markup.between-noise"] * 2


def test_addresses_go_with_the_last_link_that_uses_them() -> None:
    """The definition of an address goes if only removed lines use it."""
    source = f"{ARTICLE}\n[Partager sur Facebook][f]\n\n[f]: http://f.example\n\n[x]: http://unused.example\n"
    result = explain_markdown(source)
    assert "f.example" not in result.text.replace("unused.example", "")
    assert "[x]: http://unused.example" in result.text
    assert result.removals[-1].evidence[0].source == "markup.unused-definition"


def test_the_first_line_of_an_item_stays_with_its_rest() -> None:
    """A list item of which something stays keeps its first line, so that the rest does not turn into code."""
    source = f"- Partager sur Facebook\n\n{''.join(f'      {line}' if line.strip() else line for line in ARTICLE.splitlines(True)[2:])}"
    assert clean_markdown(source).startswith("- Partager sur Facebook")


def test_of_two_copies_of_the_headline_the_heading_stays() -> None:
    """A copy of the headline that is no heading goes, even if it stands nearer to the article."""
    lines = ARTICLE.split("\n", 1)
    source = f"{lines[0]}\n\nLe pont de Brest ferme\n{lines[1]}"
    assert clean_markdown(source) == ARTICLE


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_ends_stay(line_end: str) -> None:
    """The article comes back with its own line ends."""
    source = ARTICLE.replace("\n", line_end)
    assert clean_markdown(f"{source}{line_end}[Partager sur Facebook](/f){line_end}") == source


def test_nothing_but_noise_comes_back() -> None:
    """A source of which no word would be left comes back as it was, with a flag."""
    source = "[Partager sur Facebook](/f)\n\n© 2024 Tous droits réservés\n"
    result = explain_markdown(source)
    assert (result.text, result.flags) == (source, ("no-article-found",))


def test_kinds_can_be_kept() -> None:
    """``keep`` leaves a kind in, in Markdown too."""
    source = f"{ARTICLE}\n[Partager sur Facebook](/f)\n"
    assert clean_markdown(source, keep=["share-bar"]) == source


def test_evidence_adds_up() -> None:
    """The points of the evidence for a line add up to its score, units included."""
    source = f"{ARTICLE}\n***\n\n[Partager sur Facebook](/f)\n\n© 2024 Tous droits réservés\n"
    for verdict in explain_markdown(source).lines:
        assert sum(item.points for item in verdict.evidence) == pytest.approx(verdict.score)


def test_results_are_the_same_by_every_way() -> None:
    """A stream, a pickled cleaner and a pickled result give what a single call gives."""
    source = f"{ARTICLE}\n[Partager sur Facebook](/f)\n"
    cleaner = Cleaner(CleanConfig())
    result = cleaner.clean_markdown(source)
    assert [one.text for one in cleaner.clean_many(["x y z", {"markdown": source}])][1] == result.text
    assert pickle.loads(pickle.dumps(cleaner)).clean_markdown(source).text == result.text
    assert pickle.loads(pickle.dumps(result)).removals[0].evidence == result.removals[0].evidence


@pytest.mark.parametrize("source", ["> " * 50_000 + "a", "[" * 50_000, "`a" * 30_000, "|a" * 20_000, "*a " * 30_000])
def test_hostile_sources_come_back(source: str) -> None:
    """Sources made to keep a parser busy come back as they are."""
    assert clean_markdown(source) == source


def test_a_text_that_is_no_string_is_refused() -> None:
    """A missing value raises a `TypeError` that says what is expected."""
    with pytest.raises(TypeError, match="must be a str"):
        clean_markdown(None)  # type: ignore[arg-type]


AFTER = "Les riverains ont reçu une lettre de la mairie, datée du 3 mars, qui annonce les travaux."


@pytest.mark.parametrize(
    ("noise", "below"),
    [
        ("### Partager sur Facebook", AFTER),
        ("### Partager sur Facebook", "---"),
        ("### Partager sur Facebook", f"2. {AFTER}"),
        ("### Partager sur Facebook", "| a | b |\n|---|---|\n| c | d |"),
        ("### Partager sur Facebook", "[x]: /x"),
    ],
)
def test_blocks_do_not_grow_together(noise: str, below: str) -> None:
    """Where a removed line was all that stood between two blocks, an empty line stays."""
    source = f"{ARTICLE}{noise}\n{below}\n\n{AFTER} [x]\n"
    assert clean_markdown(source) == f"{ARTICLE}\n{below}\n\n{AFTER} [x]\n"


def test_the_mark_of_a_quotation_stays_between_its_paragraphs() -> None:
    """Inside a quotation the line that stays has its mark."""
    source = f"{ARTICLE}\n> {AFTER}\n> ### Partager sur Facebook\n> {AFTER}\n"
    assert clean_markdown(source) == f"{ARTICLE}\n> {AFTER}\n>\n> {AFTER}\n"


def test_code_below_a_list_stays_code() -> None:
    """What separates a list from indented code stays, as the code would be text of the last item without it."""
    source = (
        f"{ARTICLE}\n- Le bateau part à six heures.\n\n[Partager sur Facebook](/f)\n\n    ferry --book 4\n\n{AFTER}\n"
    )
    result = explain_markdown(source)
    assert result.text == source
    assert "markup.boundary" in {item.source for verdict in result.lines for item in verdict.evidence}


@pytest.mark.parametrize("heading", ["Transport", "Culture", "Sport", "Santé"])
def test_a_heading_stays_with_the_text_right_below_it(heading: str) -> None:
    """A short last section keeps its heading, although such words are also names of sections of a site."""
    source = f"{ARTICLE}\n## {heading}\n\nVoir [le bateau](/ferry).\n"
    assert clean_markdown(source) == source


def test_items_of_a_list_without_links_stay_together() -> None:
    """Single items that read like an interface stay in a list that stays."""
    source = f"{ARTICLE}\n## Nouveautés\n\n- Les commentaires se trient\n- Connexion\n- La carte est plus claire\n- Les horaires du bac\n\n{AFTER}\n"
    assert clean_markdown(source) == source
