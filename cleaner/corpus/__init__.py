"""Many documents: `cleaner.corpus.records` reads and writes them in every format, `cleaner.corpus.batch` runs over them.

In: files, folders, streams and options. Out: files of results, and where a run stands, so that it can be resumed.
It uses `cleaner.api` and does not know how anything is judged, nor the command line.
"""
