"""Running a session: decide, look, absorb, record, repeat; cancel at any moment. Knows no screen."""
