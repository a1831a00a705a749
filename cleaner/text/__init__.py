"""What is known of a text by itself: lines with offsets, folding, characters, words, arrays of measures.

In: a string. Out: a `Document` and arrays with an entry a character, word or line. It imports nothing of the cleaner
but plain records, shipped data and the clock, and knows neither patterns nor noise.
"""
