"""The way to an address: interfaces, routes, neighbours, echoes, hops, who resets, and how large a packet may be."""
