"""How a name becomes addresses here: hosts file, nsswitch, resolver settings, nameservers, and what programs get."""
