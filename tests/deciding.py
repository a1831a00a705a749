"""What tests of the deciding steps share: patterns of a few words, and the analysis of lines with them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from cleaner.lines.analysis import Analysis, analyse
from cleaner.matching.matcher import Matcher
from cleaner.matching.pattern import Pattern, PatternSet
from cleaner.result import Evidence, Kind
from cleaner.text.document import Document
from cleaner.text.words import word_lists

__all__ = ["COMMENTS", "ENGLISH", "FRENCH", "GERMAN", "THREAD_PATTERNS", "analysed", "pattern", "sources"]

FRENCH = (
    "Le bac qui relie les deux rives a repris son service lundi matin, après six semaines passées au chantier naval.",
    "Les marins avaient trouvé une fissure dans la coque, et la compagnie ne voulait pas courir le moindre risque.",
    "La commune, qui paie la moitié des travaux, demande que la prochaine révision ait lieu avant le printemps.",
    "Pendant ce temps, les habitants de l'île ont fait le tour par le pont, ce qui leur prenait plus d'une heure.",
)
ENGLISH = (
    "The harbour master said on Monday that the old machine would be gone before the winter storms arrive.",
    "Nobody in the village remembers when it was last in use, and few people seem to mind that it goes.",
    "The council had voted in spring to keep it, but the money that was needed for its repair never came.",
    "A museum in the next town has asked for the cabin, which it wants to show beside its old ferries.",
    "The work will take three weeks, says the foreman, and the road along the quay stays open in that time.",
    "What is left of it will be sold as scrap, and the school of the village shall have what it brings.",
)
GERMAN = (
    "Die Fähre fährt seit Montag wieder, nachdem sie sechs Wochen lang in der Werft am anderen Ufer gelegen hatte.",
    "Die Gemeinde zahlt die Hälfte der Kosten, und sie will, dass vor dem Frühling noch einmal geprüft wird.",
)

# What readers write below an article, in the first and second person.
COMMENTS = (
    "Je prends ce bac depuis trente ans et je ne vous crois pas.",
    "Je ne sais pas si vous avez vu le prix, mais moi je reste chez moi.",
    "Vous avez raison, moi non plus.",
    "Tu nous raconteras, moi je prends le pont.",
)


def pattern(kind: Kind, *phrases: str, name: str = "label", **values: Any) -> Pattern:
    """A pattern for a test, which has its kind in its id."""
    return Pattern(id=f"xx.{kind}.{name}", kind=kind, lang="xx", about="For a test.", phrases=phrases, **values)


# Signs of a comment thread, one pattern each.
THREAD_PATTERNS = (
    pattern(Kind.COMMENT_CONTROLS, "RépondreSupprimer", name="pair", match="anywhere", action="cut", bounds="none"),
    pattern(Kind.COMMENT_CONTROLS, "Répondre", name="reply", strength="weak"),
    pattern(Kind.COMMENT_ATTRIBUTION, name="says", regex=r"\p{L}+ a écrit", literals=("a écrit",), strength="weak"),
    pattern(Kind.COMMENT_COUNT, name="count", regex=r"\d+ commentaires?", literals=("commentaire",)),
    pattern(Kind.COMMENT_FRAME, "Vos réactions"),
    pattern(Kind.COPYRIGHT, "Tous droits réservés"),
)


@cache
def _matcher(patterns: tuple[Pattern, ...]) -> Matcher:
    return Matcher(PatternSet(patterns))


def analysed(lines: Iterable[str], patterns: Iterable[Pattern] = (), lang: str | None = None) -> Analysis:
    """The analysis of a document of some lines with some patterns."""
    return analyse(Document("\n".join(lines)), _matcher(tuple(patterns)), word_lists(), lang)


def sources(evidence: Iterable[Evidence]) -> list[tuple[str, float, Kind | None]]:
    """Source, points and kind of each evidence."""
    return [(item.source, item.points, item.kind) for item in evidence]
