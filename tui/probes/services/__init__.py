"""Units and processes that should listen on a port, as the service manager, its logs and pid files know them."""
