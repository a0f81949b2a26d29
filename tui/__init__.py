"""`refused`: why a connection fails, who refused it, and what to do.

The package reads from the bottom up. `model` holds the nouns (target, request, fact, case, judgement).
`probes` check the network and this machine and state facts; `vantage` does the same on the other end. `diagnosis`
judges facts and decides what to check next; it is pure. `errors` reads an endpoint out of an error text,
and out of the line of code that asked. `report` turns a case into a document. `engine` runs a session:
decide, check, absorb, record. Two front ends show it: `cli` for scripts and `ui` for people. `demo`
breaks something on loopback to try it all on; `watch` runs a command as it is and notices connections that
fail in it. The command line, in `cli` too, picks one of them.
"""

__version__ = "0.1.0"
