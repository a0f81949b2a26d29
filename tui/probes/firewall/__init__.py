"""The packet filter of this machine held against one connection: which rule refuses or drops it, or leads it elsewhere.

Rule 1: listing changes nothing: a tool is run only where its tables are in the kernel already, since some tools make
empty tables, or load modules, just by looking.
Rule 2: three answers, and the third is said with its reason: matches, does not match, can't be evaluated.
Rule 3: a rule is quoted as the tool that made it prints it, so that the person finds it again.
"""
