"""Patterns and where they hold: pattern files, their checks, the index, the cache of prepared patterns, the matcher.

In: pattern files and a `Document`. Out: hits, a pattern and a span on a line each. It judges nothing, and does not
import what does (`cleaner.lines`, `cleaner.html`).
"""
