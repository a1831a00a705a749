"""What the site's other pages say about a line: which repeated lines are noise, and which stay for their place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cleaner import Cleaner, CleanResult, Kind, SiteMemory
from cleaner.lines.repeats import MIN_PAGES

SITE = "gazette.example"
PEOPLE = (
    "Odile",
    "Brice",
    "Solveig",
    "Anatole",
    "Fanette",
    "Ulysse",
    "Maud",
    "Gaspard",
    "Inès",
    "Rémi",
    "Zélie",
    "Loup",
)
PLACES = (
    "la halle",
    "le port",
    "la mairie",
    "le pont",
    "la gare",
    "le moulin",
    "la plage",
    "le phare",
    "l'école",
    "la forge",
)
VERBS = ("répare", "repeint", "ferme", "rouvre", "inaugure", "défend", "dessine", "nettoie", "agrandit", "vend", "loue")
SLOGAN = "Le quotidien qui sent le pain chaud"
PITCH = "Chaque jeudi nous trions vos vieux boutons dans l'arrière-salle, venez avec une boîte."


def _paragraphs(number: int) -> tuple[str, str]:
    """Two paragraphs that no other page has."""
    person, place = PEOPLE[number % len(PEOPLE)], PLACES[number % len(PLACES)]
    verb, other = VERBS[number % len(VERBS)], VERBS[(number * 5 + 1) % len(VERBS)]
    return (
        f"{person} {verb} {place} depuis ce matin, et la voisine du numéro {number} raconte déjà une autre histoire.",
        f"On {other} aussi le toit, dit le cousin qui {verb} les bateaux, avant que {place} ne prenne l'eau pour de bon.",
    )


def _page(number: int, *, top: Sequence[str] = (), inside: Sequence[str] = (), end: Sequence[str] = ()) -> str:
    first, second = _paragraphs(number)
    return "\n".join([*top, first, *inside, second, *end])


def _memory(*pages: str) -> SiteMemory:
    memory = SiteMemory()
    for number, page in enumerate(pages):
        memory.observe(page, url=f"https://{SITE}/{number}")
    return memory


def _clean(memory: SiteMemory, text: str) -> CleanResult:
    return Cleaner(sites=memory).clean(text, url=f"https://{SITE}/the-page")


def _repeats(result: CleanResult) -> dict[str, tuple[float, Kind | None, str]]:
    """What `context.site-repeats` gives each removed line."""
    return {
        removal.text.strip(): (item.points, item.kind, item.detail)
        for removal in result.removals
        for item in removal.evidence
        if item.source == "context.site-repeats"
    }


def test_what_all_pages_have_at_their_end_is_removed_with_its_count() -> None:
    """A line at the end of every page is boilerplate, and its reason tells the count and the place."""
    memory = _memory(*(_page(number, end=[SLOGAN]) for number in range(9)))
    result = _clean(memory, _page(40, end=[SLOGAN]))
    assert result.text == _page(40)
    assert _repeats(result) == {
        SLOGAN: (12.0, Kind.BOILERPLATE, "on 9 of 9 other pages of this site, at the end"),
    }


@pytest.mark.parametrize("pages", range(MIN_PAGES + 2))
def test_with_fewer_than_five_other_pages_nothing_is_claimed(pages: int) -> None:
    """The same line stays as long as fewer than five other pages are known."""
    memory = _memory(*(_page(number, end=[SLOGAN]) for number in range(pages)))
    text = _page(40, end=[SLOGAN])
    assert (_clean(memory, text).text != text) == (pages >= MIN_PAGES)


def test_a_sentence_of_the_house_inside_the_article_is_removed() -> None:
    """A sentence between two paragraphs goes if a third of the other pages have it; a line that two of many have stays."""
    memory = _memory(*(_page(number, inside=[PITCH] if number % 2 else []) for number in range(12)))
    result = _clean(memory, _page(40, inside=[PITCH]))
    assert result.text == _page(40)
    assert _repeats(result)[PITCH][0] == 10.0
    rare = _memory(*(_page(number, inside=[PITCH] if number < 2 else []) for number in range(12)))
    text = _page(40, inside=[PITCH])
    assert _clean(rare, text).text == text


def test_a_quotation_of_a_running_story_stays() -> None:
    """A quoted sentence that a third of the pages have stays, since it stands in their articles."""
    quote = "« Personne ne m'a prévenue que le bateau partirait sans moi ce soir-là. »"
    memory = _memory(*(_page(number, inside=[quote] if number < 4 else []) for number in range(12)))
    text = _page(40, inside=[quote])
    assert _clean(memory, text).text == text


def test_a_background_sentence_of_a_running_story_stays() -> None:
    """A sentence that seven of thirty pages have stays where it shares its long words with the rest of the article."""
    background = "La passerelle du marais avait cédé en novembre sous le poids des spectateurs du carnaval."
    story = (
        "Les ingénieurs accusent la passerelle, les spectateurs accusent le carnaval, et personne ne parle de novembre."
    )
    memory = _memory(*(_page(number, inside=[background] if number < 7 else []) for number in range(30)))
    text = _page(40, inside=[background, story])
    assert _clean(memory, text).text == text
    pitch = _memory(*(_page(number, inside=[PITCH] if number < 7 else []) for number in range(30)))
    assert _clean(pitch, _page(40, inside=[PITCH, story])).text == _page(40, inside=[story])


def test_a_short_heading_inside_the_article_stays() -> None:
    """A heading that every recipe has between its own lines is not removed."""
    memory = _memory(*(_page(number, inside=["Ingrédients"]) for number in range(12)))
    text = _page(40, inside=["Ingrédients"])
    assert _clean(memory, text).text == text


def test_a_headline_among_the_teasers_of_other_pages_stays() -> None:
    """The headline stands at the end of all other pages, and at the top of its own."""
    headline = "La boulangère épouse le gardien du phare"
    memory = _memory(*(_page(number, end=[SLOGAN, headline]) for number in range(9)))
    text = _page(40, top=[headline], end=[SLOGAN])
    assert _clean(memory, text).text == _page(40, top=[headline])


def test_a_series_above_some_articles_stays() -> None:
    """A title that a third of the pages have above their articles may be that of a series."""
    series = "Les carnets de la passerelle"
    memory = _memory(*(_page(number, top=[series] if number % 3 == 0 else []) for number in range(12)))
    text = _page(40, top=[series])
    assert _clean(memory, text).text == text


def test_a_slogan_above_all_articles_is_removed() -> None:
    """A line that stands right above every article is no headline."""
    memory = _memory(*(_page(number, top=[SLOGAN]) for number in range(9)))
    result = _clean(memory, _page(40, top=[SLOGAN]))
    assert result.text == _page(40)
    assert _repeats(result)[SLOGAN][2] == "on 9 of 9 other pages of this site, at the top"


def test_lines_equal_but_for_names_and_numbers_count_as_one() -> None:
    """A sentence whose name and number differ from page to page is removed by its shape."""
    memory = _memory(
        *(
            _page(number, end=[SLOGAN, f"{number + 200} abonnés ont déjà rempli la tirelire du canard."])
            for number in range(9)
        )
    )
    last = "777 abonnés ont déjà rempli la tirelire du canard."
    result = _clean(memory, _page(40, end=[SLOGAN, last]))
    assert result.text == _page(40)
    details = {item.detail for removal in result.removals for item in removal.evidence}
    assert "lines of its shape on 9 of 9 other pages of this site" in details


def test_reports_written_alike_every_day_stay() -> None:
    """A paragraph that differs from those of other pages in names and numbers only is the news of the day."""

    def report(number: int) -> str:
        person = PEOPLE[number % len(PEOPLE)]
        return f"Le marégraphe a relevé {number + 200} centimètres ce matin, selon {person}, qui tient le registre du port."

    memory = _memory(*(_page(number, inside=[report(number)], end=[SLOGAN]) for number in range(12)))
    text = _page(40, inside=[report(40)], end=[SLOGAN])
    assert _clean(memory, text).text == _page(40, inside=[report(40)])


def test_a_site_that_is_one_story_loses_nothing() -> None:
    """A story printed at many addresses, with another count of readers each, is its article and stays."""
    story = _page(40)
    memory = _memory(*(f"{story}\n{number} lecteurs" for number in range(60)))
    assert _clean(memory, story).text == story


def test_a_story_at_two_addresses_stays() -> None:
    """Copies of a page count for nothing when the page is cleaned."""
    memory = _memory(*(_page(number, end=[SLOGAN]) for number in range(9)), _page(40, end=[SLOGAN]), _page(40))
    assert _clean(memory, _page(40, end=[SLOGAN])).text == _page(40)


def test_a_page_that_was_learned_stays_whether_its_address_is_told_or_not() -> None:
    """What a page has learned of itself never speaks against it."""
    pages = [_page(number, end=[SLOGAN]) for number in range(12)]
    cleaner = Cleaner(sites=_memory(*pages))
    for number, page in enumerate(pages):
        expected = _page(number)
        assert cleaner.clean(page, url=f"https://{SITE}/{number}").text == expected
        assert cleaner.clean(page, site=SITE).text == expected
        assert cleaner.clean(expected, site=SITE).text == expected


def test_an_empty_memory_changes_nothing() -> None:
    """With a memory that knows nothing each page is cleaned as without one."""
    text = _page(40, top=[SLOGAN], end=["RépondreSupprimer"])
    assert Cleaner(sites=SiteMemory()).clean(text, url=f"https://{SITE}/1") == Cleaner().clean(text)


def test_a_box_with_lines_that_no_other_page_has_is_left() -> None:
    """A list below a heading of newsletters is the article's where no other page of the site has it."""
    box = [
        "Inscrivez-vous à notre newsletter",
        "Trois seaux de peinture bleue",
        "Deux échelles du voisin",
        "Un chat prêté",
    ]
    memory = _memory(*(_page(number, end=[SLOGAN]) for number in range(12)))
    text = _page(40, inside=box)
    with_memory, without = _clean(memory, text), Cleaner().clean(text)
    assert "Un chat prêté" not in without.text
    assert with_memory.text == text.replace(f"{box[0]}\n", "")
    kept = next(line for line in with_memory.lines if text[line.line.start : line.line.end] == box[1])
    assert ("context.site-alone", -1.0) in {(item.source, item.points) for item in kept.evidence}
