"""What each panel says, as plain lines: pure functions of what is known. No module here imports Textual."""
