"""Fuzzing: for each reader and judge, a target that looks for inputs that break a promise."""
