"""Judges the blocks of an HTML page: cuts it into blocks, measures them, and decides which are main content.

In: markup. Out: a judgement over its blocks, and then the passes of `cleaner.lines` over the text of the chosen ones.
It reads no files and does not know the command line.
"""
