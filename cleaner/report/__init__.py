"""Renders results: records for JSON, tables, and the view of an explanation for a terminal.

In: results and patterns. Out: bytes and lines of text; nothing here prints. It imports neither files nor runs.
"""
