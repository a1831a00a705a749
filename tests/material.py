"""Material for documents in tests and in fuzzing: lines of prose, of interface text, and hostile characters."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

__all__ = [
    "HOSTILE",
    "INTERFACE",
    "LINE_ENDS",
    "MARKUP",
    "ODD",
    "PROSE",
    "SEPARATORS",
    "SIGNS",
    "example_lines",
    "sample_lines",
    "sample_texts",
]

ROOT = Path(__file__).parent.parent

PROSE = (
    "Le conseil municipal a voté hier soir le budget de la piscine, après trois heures d'une discussion assez vive.",
    "La maire a rappelé que les travaux commenceraient au printemps et que l'école resterait ouverte pendant ce temps.",
    "The harbour master said on Monday that the old crane would be taken down before the winter storms arrive.",
    "Nobody in the village remembers when the clock last showed the right time, and few people seem to mind.",
    "Die Brücke am Hafen bleibt nach Angaben der Stadt noch bis in den Mai für alle Fahrzeuge gesperrt.",
    "« Nous n'avons rien demandé », dit-elle, « et nous ne demanderons rien. »",
    "El alcalde prometió que la fuente de la plaza volvería a funcionar antes de las fiestas de septiembre.",
    "市議会は昨夜、老朽化した図書館の建て替えについて三時間にわたり議論した。",
    "Ce que disent les chiffres",
    "A quiet year on the river",
    "Die Glocke von Sankt Anton schweigt seit Montag",
    "- une tonne de pommes",
)
INTERFACE = (
    "RépondreSupprimer",
    "AntwortenLöschen",
    "Share on Facebook",
    "Advertisement",
    "© 2024 Le Courrier des Vallons",
    "12 commentaires",
    "À lire aussi : la piscine rouvre ses portes",
    "Subscribe to our newsletter",
    "Accueil > Région > Politique",
    "Publié le 3 mars 2023 à 18h05",
    "Par Josette Lamiral",
    "Temps de lecture : 4 minutes",
    "Photo : Anatole Brisefer",
    "This article is for subscribers only.",
    "Répondre",
    "Odile Vasseur dit :",
    "Hilde Anders sagt:",
    "Bravo pour cet article. RépondreSupprimer",
    "RépondreSupprimerMerci beaucoup, je partage votre avis sur la piscine.",
    "ReplyDelete",
    "Comments",
    "Laisser un commentaire",
    "Tags : piscine, budget, école",
    "https://www.facebook.com/courrier.des.vallons",
    "Odile Vasseur",
)
# What stands for line ends in texts that have passed through programs that replace them.
SIGNS = ("\\n", "\\r\\n", "\t", " | ", "|", "<br>", "<br />\n", "&#13;\n", "\v", "\f", "\n\n", "\r\n\r\n")
ODD = (
    "",
    "",
    " ",
    "\t",
    "\u00a0",
    "📌",
    "🔴 👍",
    "\u200b",
    "…",
    "***",
    "\ufeff",
    "e\u0301te\u0301",
    "0",
    "\x00",
    "\x1c",
    "\ud800",
    "|",
)
# Line ends, and characters that other programs take for line ends.
LINE_ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\x85", "\u2028", "\u2029", "\n\r", "\r\r\n")
SEPARATORS = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f")
# Marks of Markdown, whole and broken.
MARKUP = (
    *("# ", "## ", "- ", "* ", "1. ", "2) ", "> ", "```\n", "~~~\n", "    ", "\t", "|", "---", "===", "***", "+++\n"),
    *("[a](b)", "[a][1]", "[1]: http://x\n", "[^1]", "[^1]: note\n", "![i](s)", "**", "_", "`", "~~", "<http://x.org>"),
    *(
        "<div>",
        "</div>",
        "<br>",
        "<!-- x -->",
        "&amp;",
        "\\*",
        "\\|",
        "  \n",
        "\0",
        "|a|b|\n|-|-|\n|c|d|\n",
        "](a-\nb)",
    ),
    *("---\ntitle: x\n---\n", "Title: x\n", "URL Source: http://x\n", "[Partager sur Facebook](/f)"),
)
HOSTILE = (
    # Combining marks: on a letter, on nothing, many, of several scripts, enclosing.
    "e\u0301",
    "\u0301",
    "a" + "\u0300\u0323" * 30,
    "ش\u0651\u064e",
    "ש\u05c1\u05b8",
    "\u0e33",
    "क्ष\u200dत",
    "1\u20dd",
    # Surrogates alone and in the wrong order, non-characters, private use, the last code point.
    "\ud800",
    "\udfff",
    "\udc00\ud800",
    "\ufffe",
    "\ufffd",
    "\ue000",
    "\U0010ffff",
    # Controls of direction, open and nested.
    "\u202e",
    "\u202a\u202b\u202c",
    "\u2066\u2067\u2068",
    "\u2069",
    "\u200e\u200f\u061c",
    # Invisible characters.
    "\u200b",
    "\u200c\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u180e",
    "\u3164",
    "\U000e0041",
    "\ufe0f",
    # Emoji: families, flags, half a flag, keycaps, skins, tags.
    "👩\u200d👩\u200d👧\u200d👦",
    "🇫🇷🇩🇪",
    "🇫",
    "1\ufe0f\u20e3",
    "👍🏽",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    # Letters that change length or script when folded, and those that look like others.
    "İIıi",
    "ßẞſ",
    "ﬁﬄ",
    "Σσςΐΰ",
    "раypal",
    "Ｒｅｐｌｙ",
    "𝐑𝐞𝐩𝐥𝐲",
    "Å\u212b",
    "각\u1100\u1161\u11a8",
    "ｶﾞ",
    "新のก한",
    "ǅǲ",
    # Controls, terminals, spaces.
    "\x00",
    "\x1b[31m",
    "\x7f",
    "\u3000",
    "\u2003\u202f",
    "    ",
    "\t\t",
    "\u1680",
    # Digits outside ASCII.
    "٣٤",
    "²³",
    "①",
    "Ⅷ",
    "१२",
)


@cache
def sample_texts() -> tuple[str, ...]:
    """The texts of ``samples/`` as scrapers leave them, the untouched ones and the marked ones, in a fixed order."""
    paths = sorted([*ROOT.glob("samples/*/raw.txt"), *ROOT.glob("samples/untouched/*.txt")])
    texts = [path.read_bytes().decode() for path in paths]
    for path in sorted(ROOT.glob("samples/marked/*/*.txt")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        texts.append("".join(line[1:] for line in lines if not line.startswith(">")))
    return tuple(texts)


@cache
def sample_lines() -> tuple[str, ...]:
    """The distinct lines of the samples, in a fixed order."""
    return tuple(dict.fromkeys(line for text in sample_texts() for line in text.splitlines() if line.strip()))


@cache
def example_lines() -> tuple[str, ...]:
    """The examples of the built-in patterns, of both sides, in a fixed order."""
    found: dict[str, None] = {}
    for path in sorted(ROOT.glob("patterns/*/*.toml")):
        for pattern in tomllib.loads(path.read_text("utf-8")).get("pattern", ()):
            for name in ("must_match", "weak_must_match", "must_not_match"):
                found.update(dict.fromkeys(pattern.get(name, ())))
    return tuple(found)
