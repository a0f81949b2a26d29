"""A nameserver, as the person or resolv.conf names it."""

from msgspec import Struct

from tui.model.address import Address, endpoint

DNS_PORT = 53


class Nameserver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a nameserver is asked. In a session file: `{"address": "10.0.0.2"}`, with `"port"` where it is not 53."""

    address: Address
    port: int = DNS_PORT

    @property
    def label(self) -> str:
        """The nameserver for people: its address, with the port where it is not 53."""
        return self.address if self.port == DNS_PORT else endpoint(self.address, self.port)
