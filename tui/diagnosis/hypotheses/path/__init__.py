"""Something on the way rejects packets, or drops them."""
