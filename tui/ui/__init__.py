"""The screen: the only package that imports Textual. It shows a session, passes on what the person asks, but decides nothing."""
