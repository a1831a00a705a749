"""Learns and measures: labelled pages and marked documents, scores, evaluations, fits of weights and of the block model.

In: labelled data. Out: measures, tables, and the files in ``cleaner/models``. Nothing that cleans imports it.
"""
