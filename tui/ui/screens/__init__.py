"""The screens: start, walk and help, each with its style sheet beside it."""
