"""nginx's settings lead a request where nginx itself would lead it; where they decide by more than is read, nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.probes.upstreams.nginx_settings import ProxiedRequest, upstreams_of

SITE = """
user www-data;  # a comment; with { marks }
events { worker_connections 100; }
http {
  upstream app { least_conn; server 10.0.0.1:3000 weight=2; server [fd00::1]:3001; server unix:/run/app.sock; }
  server {
    listen 80 default_server; listen [::]:80; server_name example.org "www.example.org";
    location / { proxy_pass http://127.0.0.1:1/; }
    location /api { proxy_pass http://app; location /api/v2 { proxy_pass https://v2.internal; } }
    location = /exact { fastcgi_pass unix:/run/php.sock; }
    location ^~ /static/ { return 404; }
    location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }
    location ~* ^/IMG/ { uwsgi_pass 127.0.0.1:3031; }
    location /moved { rewrite ^ /api; proxy_pass http://127.0.0.1:2; }
    location /chosen { proxy_pass http://$backend; }
    location /files { try_files $uri @behind; }
    location @behind { proxy_pass http://127.0.0.1:4000; }
  }
  server { listen 80; server_name other.example.org; location / { grpc_pass 127.0.0.1:50051; } }
  server { listen 10.0.3.9:80; location / { proxy_pass http://127.0.0.1:5; } }
  server { listen 8080; location /odd { proxy_pass http://127.0.0.1:6; } location ~ ^/(a|b)+$ { proxy_pass http://127.0.0.1:7; } }
}
"""


def led(path: str, *, address: str = "127.0.0.1", port: int = 80, host: str = "example.org", text: str = SITE) -> list[str]:
    """Where a request is led, as text."""
    request = ProxiedRequest(address, port, host, path)
    return [
        f"{each.scheme}:{each.path or f'{each.host}:{each.port}'}" for each in upstreams_of(text, "nginx.conf", request, files)
    ]


def files(pattern: str) -> list[tuple[str, str]]:
    """What is included: a file of sites, and one that includes itself."""
    return {
        "sites/*": [("/etc/nginx/sites/a", "server { listen 81; location / { proxy_pass http://127.0.0.1:8; } }")],
        "round": [("/etc/nginx/round", "include round;")],
    }.get(pattern, [])


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/", ["http:127.0.0.1:1"]),
        ("/api/users", ["http:10.0.0.1:3000", "http:fd00::1:3001", "http:/run/app.sock"]),
        ("/api/v2/users", ["https:v2.internal:443"]),
        ("/exact", ["fastcgi:/run/php.sock"]),
        ("/exact/not", ["http:127.0.0.1:1"]),
        ("/static/a.php", []),
        ("/a/b.php", ["fastcgi:127.0.0.1:9000"]),
        ("/a/bXphp", ["http:127.0.0.1:1"]),
        ("/img/a", ["uwsgi:127.0.0.1:3031"]),
        ("/moved/a", []),
        ("/chosen", []),
        ("/files/a", ["http:127.0.0.1:4000"]),
    ],
)
def test_a_location_takes_its_path(path: str, where: list[str]) -> None:
    """Exact, then longest prefix, then patterns in their order; what is returned, rewritten or a variable leads nowhere.

    A file that is not there leads to the location that is named for that.
    """
    assert led(path) == where


@pytest.mark.parametrize(
    ("address", "port", "host", "where"),
    [
        ("127.0.0.1", 80, "www.example.org", ["http:127.0.0.1:1"]),
        ("127.0.0.1", 80, "OTHER.example.org", ["grpc:127.0.0.1:50051"]),
        ("127.0.0.1", 80, "unknown", ["http:127.0.0.1:1"]),
        ("10.0.3.9", 80, "other.example.org", ["http:127.0.0.1:5"]),
        ("127.0.0.1", 443, "example.org", []),
    ],
)
def test_a_server_takes_its_requests(address: str, port: int, host: str, where: list[str]) -> None:
    """The address that it listens on most exactly, then its name, then the default."""
    assert led("/", address=address, port=port, host=host) == where


def test_a_pattern_that_is_not_plain_is_not_tried() -> None:
    """It may be slow, and what it takes is not known: then no location is taken for sure."""
    assert led("/odd", port=8080) == []


def test_files_are_included_where_they_stand() -> None:
    """Their path is the source; one that includes itself ends."""
    text = "http { include sites/*; include round; }"

    (upstream,) = upstreams_of(text, "nginx.conf", ProxiedRequest("127.0.0.1", 81, "x", "/"), files)

    assert (upstream.port, upstream.source) == (8, "/etc/nginx/sites/a")


@given(st.text(alphabet="{};#\"'\\ \n/=~^$abc:1", max_size=300))
def test_any_text_has_an_end(text: str) -> None:
    """Settings that are cut or wrong lead nowhere, and raise nothing."""
    led("/a", text=text)
    led("/a", text=f"http {{ server {{ listen 80; location / {{ proxy_pass {text}; }} }} }}")


@pytest.mark.parametrize("part", ["{", "a {", "'", '"a', "#", "location ~ a { "])
def test_absurd_settings_are_read(part: str) -> None:
    """Depth and length have bounds."""
    assert led("/a", text=f"http {{ server {{ listen 80; {part * 50_000}") == []
