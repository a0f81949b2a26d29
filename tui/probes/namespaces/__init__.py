"""Other network namespaces and containers of this machine, and how to run a check inside one."""
