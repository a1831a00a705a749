"""The report: one self-contained page over a collection, with totals and a sample of documents to look into.

In: summaries and results. Out: the bytes of the page. The template, its style and its script are files in this folder.
"""
