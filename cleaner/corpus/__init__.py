"""Cleans many documents: `cleaner.corpus.records` reads and writes all formats, `cleaner.corpus.batch` runs over them.

In: files, folders, streams and options. Out: files of results, and the state of a run, so that it can be resumed.
It uses `cleaner.api` and knows neither how anything is judged nor the command line.
"""
