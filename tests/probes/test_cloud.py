"""In which cloud a machine runs, by what the firmware of each says (cloud-init's ds-identify has the same names)."""

from pathlib import Path

import pytest

from tests.probes.run_check import facts_of
from tui.model.address import is_private
from tui.model.facts import Cloud
from tui.model.requests import ReadCloud
from tui.probes.path import cloud
from tui.probes.path.cloud import AZURE, provider_of


@pytest.mark.parametrize(
    ("words", "provider"),
    [
        ({"sys_vendor": "Amazon EC2", "product_name": "m5.large"}, "aws"),
        ({"sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.11.amazon"}, "aws"),
        ({"sys_vendor": "Google", "product_name": "Google Compute Engine"}, "gcp"),
        ({"sys_vendor": "Google", "product_name": "Eve"}, None),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine", "chassis_asset_tag": AZURE}, "azure"),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine", "chassis_asset_tag": "7783"}, None),
        ({"sys_vendor": "OpenStack Foundation", "product_name": "OpenStack Nova"}, "openstack"),
        ({"sys_vendor": "RDO", "product_name": "OpenStack Compute"}, "openstack"),
        ({"sys_vendor": "DigitalOcean", "product_name": "Droplet"}, "digitalocean"),
        ({"sys_vendor": "Hetzner", "product_name": "vServer"}, "hetzner"),
        ({"sys_vendor": "QEMU", "product_name": "Standard PC (i440FX + PIIX, 1996)"}, None),
        ({"sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.11"}, None),
        ({}, None),
    ],
)
def test_each_cloud_has_its_names(words: dict[str, str], provider: str | None) -> None:
    """A laptop of Google's, a Hyper-V of one's own, plain QEMU and Xen are in none."""
    assert provider_of(words) == provider


async def test_the_files_are_read_and_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the firmware says is the fact, made harmless; without files there is no cloud, and that is no failure."""
    monkeypatch.setattr(cloud, "FILES", tmp_path)
    (nothing,) = await facts_of(ReadCloud())
    (tmp_path / "sys_vendor").write_text("Amazon EC2\n")
    (tmp_path / "product_name").write_text("m5\x1b[31m.large\n")
    (named,) = await facts_of(ReadCloud())

    assert isinstance(nothing, Cloud)
    assert isinstance(named, Cloud)
    assert nothing.provider is None
    assert (named.provider, named.vendor, named.product) == ("aws", "Amazon EC2", "m5\\x1b[31m.large")


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("10.0.0.5", True),
        ("172.31.9.9", True),
        ("192.168.1.9", True),
        ("100.64.0.9", True),
        ("fd00::9", True),
        ("::ffff:10.0.0.5", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("8.8.8.8", False),
        ("2001:4860::9", False),
        ("no address", False),
    ],
)
def test_private_networks_are_those_that_the_internet_does_not_route(address: str, private: bool) -> None:
    """RFC 1918, RFC 6598 and RFC 4193; loopback is nobody's network."""
    assert is_private(address) is private
