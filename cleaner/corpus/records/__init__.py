"""Reads texts and records, writes results: files, folders and standard input in; a stream, files or a folder out.

A *source* is a place to read from; its *format* says what it contains. A text file is one document. The other formats
contain many: JSONL, JSON, CSV, TSV, Parquet, Excel, SQLite, and the web archives WARC and WET. Those are read in
*chunks* of whole records, so that memory use stays constant and the work can be divided; whatever is not cleaned is
written back byte for byte.
"""

from __future__ import annotations

from cleaner.corpus.records.sources import (
    RECORD_ENDINGS,
    STDIN,
    TEXT_ENDINGS,
    Compression,
    Format,
    Source,
    find_sources,
    split_endings,
)
from cleaner.corpus.records.targets import plan_outputs
from cleaner.corpus.records.texts import Record, decode_record, join_records, require_encoding
from cleaner.corpus.records.writing import write_file

__all__ = [
    "RECORD_ENDINGS",
    "STDIN",
    "TEXT_ENDINGS",
    "Compression",
    "Format",
    "Record",
    "Source",
    "decode_record",
    "find_sources",
    "join_records",
    "plan_outputs",
    "require_encoding",
    "split_endings",
    "write_file",
]
