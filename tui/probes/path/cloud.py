"""The cloud that this machine runs in, by the names that the hypervisor puts into its firmware (SMBIOS).

Law: files alone are read. The metadata service, which would say more, is never asked: it may hand out credentials. Source:
tools/ds-identify of cloud-init, which knows the clouds by the same files; sysfs-firmware-dmi-tables of Linux.
"""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from tui.model.facts import AnyFact, Cloud, CloudProvider
from tui.model.requests import ReadCloud
from tui.model.safe_text import safe_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread

FILES = Path("/sys/class/dmi/id")
COMMAND = f"head {FILES}/sys_vendor {FILES}/product_name {FILES}/chassis_asset_tag"
AZURE = "7783-7084-3265-9085-8269-3286-77"
"""The chassis' asset tag of Azure; other machines of Hyper-V have the same vendor and product."""
_NAMES = ("sys_vendor", "product_name", "chassis_asset_tag", "bios_version")
_BY_VENDOR: Mapping[str, CloudProvider] = {
    "Amazon EC2": "aws",
    "Google": "gcp",
    "OpenStack Foundation": "openstack",
    "DigitalOcean": "digitalocean",
    "Hetzner": "hetzner",
}
_GOOGLES = "Google Compute Engine"
"""The product; Google makes laptops too."""


async def check(request: ReadCloud, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the Cloud; without firmware that says anything, as in some virtual machines, it has no provider."""
    words = {name: (await in_thread(text_of, FILES / name)).strip() for name in _NAMES}
    yield Cloud(
        provider=provider_of(words),
        vendor=safe_name(words["sys_vendor"]),
        product=safe_name(words["product_name"]),
        command=COMMAND,
    )


def provider_of(words: Mapping[str, str]) -> CloudProvider | None:
    """The cloud whose names these are; None for any other machine."""
    if words.get("chassis_asset_tag") == AZURE:
        return "azure"
    if words.get("bios_version", "").endswith(".amazon"):  # EC2's older machines, whose vendor is Xen
        return "aws"
    provider = _BY_VENDOR.get(words.get("sys_vendor", ""))
    if provider == "gcp" and words.get("product_name") != _GOOGLES:
        return None
    return provider or ("openstack" if words.get("product_name", "").startswith("OpenStack") else None)
