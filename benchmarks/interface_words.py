"""Write patterns/interface-words.txt: interface words by language, taken from the patterns themselves.

    python benchmarks/interface_words.py DATA_FOLDER [MARKED_FOLDER ...]

A word belongs to the interface if it occurs in several phrases or matching examples of the patterns, and far more
often there than in articles: the gold of NAME.jsonl.gz in DATA_FOLDER, the cleaned samples, the article lines of marked
documents, and the near misses of the patterns.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from cleaner.matching.library import builtin_patterns
from cleaner.text.folding import fold, is_cjk
from cleaner.training.labelled import read_labelled

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "patterns" / "interface-words.txt"
WORD = re.compile(r"[^\W\d_]{3,}")
# The least phrases with the word, and how many times more often than in articles it occurs there (set by hand).
MIN_PHRASES, MIN_RATIO = 2, 6.0
MAX_WORDS = 500
# Kinds whose words are those of articles: names, dates, credits, the text of comments.
LEFT_OUT = {
    "byline",
    "publication-date",
    "photo-credit",
    "agency-credit",
    "author-bio",
    "duplicate-headline",
    "search-spam",
}
# Languages that do not separate words with spaces have none to count.
UNSPACED = {"zh", "ja", "th"}


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return [word for word in WORD.findall(fold(text)) if not is_cjk(word[0])]


def pattern_texts() -> Iterator[tuple[str, list[str], list[str]]]:
    """For each pattern its language, what it matches, and what it must not match."""
    for pattern in builtin_patterns().patterns:
        if pattern.kind not in LEFT_OUT:
            yield pattern.lang, [*pattern.phrases, *pattern.must_match], list(pattern.must_not_match)


def main() -> int:
    """Count, choose and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("marked", type=Path, nargs="*")
    options = parser.parse_args()
    folder, marked = options.folder, options.marked
    if not any(folder.glob("*.jsonl.gz")):
        parser.error(f"{folder}: has no NAME.jsonl.gz")
    phrases: dict[str, Counter[str]] = defaultdict(Counter)
    articles: dict[str, Counter[str]] = defaultdict(Counter)
    for lang, found, misses in pattern_texts():
        for text in found:
            phrases[lang].update(set(words(text)))
        articles[lang].update(word for text in misses for word in words(text))
    for path in sorted(folder.glob("*.jsonl.gz")):
        if not path.name.endswith(".html.jsonl.gz"):
            for page in read_labelled(path, 2):
                articles[page.lang or "en"].update(words(page.gold))
    for path in sorted((ROOT / "samples").glob("*/clean.txt")):
        articles[path.parent.name.partition("-")[0]].update(words(path.read_text("utf-8")))
    for place in marked:
        for path in sorted(place.rglob("*.txt")):
            lines = path.read_text("utf-8").split("\n")
            text = "\n".join(line[1:] for line in lines if line[:1] == "+")
            lang = path.name.partition("-")[0] if len(path.name.partition("-")[0]) == 2 else "fr"
            articles["fr" if lang.isdigit() else lang].update(words(text))
    TARGET.write_text("\n".join([HEAD, *rows(phrases, articles), ""]), "utf-8")
    return 0


HEAD = "# Words of interfaces, a language a line; made by benchmarks/interface_words.py from the patterns."


def rows(phrases: dict[str, Counter[str]], articles: dict[str, Counter[str]]) -> Iterator[str]:
    """One line for each language, its most frequent words first."""
    for lang in sorted(phrases):
        if lang == "any" or lang in UNSPACED:
            continue
        total, size = phrases[lang].total(), max(articles[lang].total(), 6000)
        chosen = [
            word
            for word, count in phrases[lang].most_common()
            if count >= MIN_PHRASES and count / total > MIN_RATIO * (articles[lang][word] + 0.5) / size
        ]
        if chosen:
            yield f"{lang}: {' '.join(chosen[:MAX_WORDS])}"


if __name__ == "__main__":
    sys.exit(main())
