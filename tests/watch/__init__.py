"""`refused run`: the command untouched, its failing connections seen."""
