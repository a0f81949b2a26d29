"""Other network namespaces and containers of this machine, and how to look from inside of one."""
