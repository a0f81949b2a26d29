"""A small mutation run, which asks of the tests whether they notice when the code is wrong.

`python -m tests.mutate FOLDER` draws mutants below `tui/FOLDER` and runs the tests that concern each, in copies of all this.
"""
