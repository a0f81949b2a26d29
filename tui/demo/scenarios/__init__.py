"""The scenarios, by what is broken in them: ports and servers, names, Unix sockets."""
