"""Measures and fits: labelled pages, marked documents, corrections, scores, evaluations, and fits of weights and the block model.

In: labelled data and corrections. Out: measures, tables, and the files in ``cleaner/models``. No cleaning code imports it.
"""
