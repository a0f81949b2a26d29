"""The command line: arguments in, one front end started, results on standard output, an exit status."""
