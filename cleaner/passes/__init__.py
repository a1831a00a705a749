"""Applies judgements: edits, removals with offsets into the input, and explanations, for lines and blocks alike.

In: a judge, and its judgements over what each pass has left of a text. Out: a `CleanResult` that replays and gives its
reasons. It does not know how anything is judged, so it imports neither patterns nor judges.
"""
