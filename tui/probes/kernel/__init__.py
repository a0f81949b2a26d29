"""Tools that the probes share: sockets, netlink, threads, programs, files, the clock. They answer no request themselves."""
