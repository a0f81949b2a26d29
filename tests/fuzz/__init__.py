"""Texts of others, cut and mangled, for everything that reads them: nothing ends in an error that is not announced.

`slow_texts` makes texts that would be slow for a pattern, out of the pattern (`--patterns`).
`mangle` makes the mistakes, `readers` has who reads what, with true texts to begin from. A short form runs with the tests
(`tests/test_fuzz.py`), a long one by hand: `python -m tests.fuzz --minutes 60`.
"""
