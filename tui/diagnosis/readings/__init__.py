"""What the facts of a case say together: pure questions that several hypotheses ask. Nothing is judged here."""
