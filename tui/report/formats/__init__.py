"""One file for each format of a report; its name is the option that asks for it."""
