"""The sockets of this machine and the processes that hold them: tables, owners, queues, limits, policies."""
