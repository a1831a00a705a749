"""The properties of a text by itself: lines with offsets, folding, characters, words, arrays of measures.

In: a string. Out: a `Document` and arrays with one entry per character, word or line. From the cleaner it imports only
plain records, built-in data and the clock, and it knows neither patterns nor noise.
"""
