"""Judges the blocks of a page of HTML: what it is made of, signals of its blocks, which of them are main content.

In: markup. Out: a judgement over its blocks, and then the passes of `cleaner.lines` over the text of those chosen.
It reads no files and does not know the command line.
"""
