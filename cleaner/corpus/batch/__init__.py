"""Cleans many documents: files of any format, several processes, results in order, runs that can be resumed.

`run_batch` is the entry point. The parent reads chunks and writes results; workers clean, and never open a file. What
is written depends only on the input and the configuration, not on the number of processes or on interruptions.
"""

from __future__ import annotations

from cleaner.corpus.batch.plan import Plan, Settings, Watcher
from cleaner.corpus.batch.run import Outcome, StoppedError, run_batch
from cleaner.corpus.batch.tally import Tally

__all__ = ["Outcome", "Plan", "Settings", "StoppedError", "Tally", "Watcher", "run_batch"]
