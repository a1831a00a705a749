"""HTML in: a page is cut into blocks, each is weighed by its text and its markup, and the article is chosen."""
