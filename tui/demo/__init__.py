"""Broken setups to try it all on: real sockets and real nameservers, on loopback and inside this process.

Rule 1: nothing leaves loopback, nothing needs privilege, nothing on the machine is changed.
Rule 2: everything is gone with the scenario's context: sockets, files, tasks.
Rule 3: a scenario says what is true about it, and the tests hold the walk to it.
"""
