"""Which program made a rule, where that can be seen: by the names it gives its tables and chains, and by comments.

Law: a name counts as a program's only where no other program gives such names.
"""

from collections.abc import Iterator

_BY_TABLE = {
    "firewalld": "firewalld",
    "docker-bridges": "docker",
    "kube-proxy": "kube-proxy",
    "netavark": "podman",
    "libvirt_network": "libvirt",
    "crowdsec": "crowdsec",
    "crowdsec6": "crowdsec",
    "crowdsec-blocklists": "crowdsec",
    "f2b-table": "fail2ban",
    "fw4": "OpenWrt",
    "opensnitch": "opensnitch",
    "mullvad": "mullvad",
    "nixos-fw": "NixOS",
    "lxd": "lxd",
    "incus": "incus",
    "sshguard": "sshguard",
    "cilium": "cilium",
}
_BY_START = (
    ("ufw6-", "ufw"),
    ("ufw-", "ufw"),
    ("DOCKER", "docker"),
    ("KUBE-", "kube-proxy"),
    ("CILIUM_", "cilium"),
    ("cali-", "calico"),
    ("cali:", "calico"),
    ("LIBVIRT_", "libvirt"),
    ("NETAVARK", "podman"),
    ("CNI-", "CNI"),
    ("f2b-", "fail2ban"),
    ("fail2ban-", "fail2ban"),
    ("CROWDSEC", "crowdsec"),
    ("crowdsec-", "crowdsec"),
    ("ts-", "tailscale"),
    ("nixos-fw", "NixOS"),
    ("FLANNEL-", "flannel"),
    ("WEAVE-", "weave"),
    ("ISTIO_", "istio"),
    ("sshguard", "sshguard"),
    ("wg-quick-", "wg-quick"),
    ("fw_", "shorewall"),
)
_FIREWALLD = ("INPUT_direct", "OUTPUT_direct", "FORWARD_direct", "INPUT_ZONES", "FORWARD_IN_ZONES")
_LIKE_FIREWALLD = ("IN_", "FWDI_", "FWDO_", "FWD_", "POST_", "PRE_", "filter_IN_", "filter_FWD", "filter_OUT")


def made_by(table: str, chain: str, comment: str | None, chains: Iterator[str] | tuple[str, ...] = ()) -> str | None:
    """The program that made a rule, or None where nothing shows it. `chains`: the other chains of the table."""
    if table in _BY_TABLE:
        return _BY_TABLE[table]
    for name in (chain, table):
        owner = next((maker for start, maker in _BY_START if name.startswith(start)), None)
        if owner:
            return owner
    if chain in _FIREWALLD or (chain.startswith(_LIKE_FIREWALLD) and any(other in _FIREWALLD for other in chains)):
        return "firewalld"
    return _by_comment(comment or "")


def policy_made_by(chains: Iterator[str] | tuple[str, ...]) -> str | None:
    """Who most likely set a chain's policy: ufw, where the table has its chains, for it sets the policies itself."""
    return "ufw" if any(name.startswith("ufw-") for name in chains) else None


def _by_comment(comment: str) -> str | None:
    lower = comment.lower()
    if lower.startswith("kubernetes ") or lower.endswith("has no endpoints"):
        return "kube-proxy"
    if lower.startswith("cali:"):
        return "calico"
    words = ("netavark", "docker", "firewalld", "tailscale", "crowdsec", "puppet", "ansible", "lxd", "incus")
    first = lower.split(maxsplit=1)[0].strip(":,") if lower.strip() else ""
    return first if first in words else None
