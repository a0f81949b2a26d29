"""Files in /etc of a client that resolves names, for scenarios."""

_FAST = "options timeout:2 attempts:1"
"""A resolver's own patience is 5 s twice; a play need not wait for it, and a loaded machine may need more than 1 s."""
_LOCALHOST = "127.0.0.1 localhost\n::1 localhost\n"


def asks(*servers: str, search: str = "", options: str = "", nsswitch: str = "files dns", hosts: str = "") -> dict[str, str]:
    """Files of a client that asks these nameservers; `hosts` are lines besides localhost's."""
    lines = [f"nameserver {one}" for one in servers] + ([f"search {search}"] if search else [])
    return {
        "resolv.conf": "\n".join([*lines, f"{_FAST} {options}".strip()]) + "\n",
        "nsswitch.conf": f"passwd: files\nhosts: {nsswitch}\n",
        "hosts": _LOCALHOST + hosts,
    }
