"""The whole program among liars: tools by PATH (`lies`, `tools`), far ends, nameservers (`nameserver`); what must hold (`laws`).

A trial is one `refused check` of its own. The short form runs with the tests (`tests/test_fuzz_programs.py`), the long one by
hand: `python -m tests.fuzz --programs --minutes 60`.
"""
