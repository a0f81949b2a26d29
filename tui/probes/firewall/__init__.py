"""The packet filter of this machine, matched against one connection: which rule refuses, drops or redirects it.

Rule 1: listing changes nothing: a tool is run only where its tables are in the kernel already, since some tools make
empty tables, or load modules, just by listing.
Rule 2: there are three answers: matches, does not match, and can't be evaluated, which is reported with its reason.
Rule 3: a rule is quoted as the tool that made it prints it, so that the person finds it again.
"""
