"""What is checked and what was seen there, in words for people: a file an area, found by its path, whose functions register."""
