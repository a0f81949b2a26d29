"""What is checked and what was seen there, in words for people: a file for each area, found by its path."""
