"""Judges Markdown: shows its text without the markup, has that judged, and removes whole lines and links of the source.

In: Markdown. Out: a judgement over the lines of its source. The visible text is judged by `cleaner.lines`.
It reads no files and does not know the command line.
"""
