"""Fuzzing: for each reader and judge a target that looks for inputs on which a promise does not hold."""
