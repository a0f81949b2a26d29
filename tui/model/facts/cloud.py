"""The cloud that a machine runs in, by what its firmware says."""

from typing import Literal

from tui.model.facts.fact import Fact

CloudProvider = Literal["aws", "gcp", "azure", "openstack", "digitalocean", "hetzner"]


class Cloud(Fact, frozen=True, kw_only=True, tag="cloud"):
    """This machine's cloud; or that its firmware names none."""

    provider: CloudProvider | None = None
    vendor: str = ""
    """As the firmware has it (sys_vendor)."""
    product: str = ""
    """Likewise (product_name)."""
