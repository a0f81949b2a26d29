"""From a session to a document: JSON, text, Markdown, HTML.

Rule 1: a document is a function of the session's events; nothing here looks at a file, a socket or a clock.
Rule 2: every format says the same, in the same words; people read an outline, machines read `refused/1`.
Rule 3: text from outside is content, never markup: each format has one function that makes it harmless.
"""
