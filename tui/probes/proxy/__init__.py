"""Proxy settings, as the programs that honour them read them."""
