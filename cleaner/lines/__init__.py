"""Judges the lines of a text: measures, evidence from patterns and from nearby lines, the scorer, runs of lines.

In: a text and a configuration. Out: a judgement over its units for `cleaner.passes`, which applies it. Evidence only
adds points, so that their sum is the explanation. Nothing here knows HTML, files or the command line.
"""
