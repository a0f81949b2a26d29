"""Running a session: decide, check, absorb, record, repeat; cancel at any moment. Knows no screen."""
