"""What a site repeats: hashed lines of its pages -> how often a line stands on the site's other pages, and where.

In: documents and the site that each comes from. Out: a `SiteMemory`, and for each line of a document what it says.
Imports only text, result, errors, documents and data; knows nothing of patterns, points or decisions.
"""
