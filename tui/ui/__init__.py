"""The showing: the only package that imports Textual. It shows a session and takes wishes; it decides nothing."""
