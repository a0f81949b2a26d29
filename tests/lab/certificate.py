"""Makes a key and a certificate for the tests, of any dates; also a program: `certificate.py FOLDER NAME[,NAME] [FROM UNTIL]`.

FROM and UNTIL are days from now. The certificate signs itself, and may sign others: it is its own authority.
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CONFIG = """
[ca]
default_ca = here
[here]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
x509_extensions = names
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[names]
subjectAltName = {names}
"""


def make(folder: Path, *names: str, days: tuple[float, float] = (-1, 90)) -> Path:
    """`cert.pem` and `key.pem` in `folder`, for DNS names and addresses, valid between two days from now; the folder."""
    listed = ",".join(f"{'IP' if name.replace('.', '').isdigit() or ':' in name else 'DNS'}:{name}" for name in names)
    (folder / "ca.conf").write_text(_CONFIG.format(folder=folder, names=listed), encoding="ascii")
    (folder / "index.txt").write_text("", encoding="ascii")
    (folder / "serial").write_text("01", encoding="ascii")
    begin, end = (f"{datetime.now(UTC) + timedelta(days=day):%Y%m%d%H%M%SZ}" for day in days)
    key, request = folder / "key.pem", folder / "request.pem"
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key))
    config = ("-config", str(folder / "ca.conf"))
    _openssl("req", "-new", *config, "-key", str(key), "-subj", f"/CN={names[0]}", "-out", str(request))
    dates = ("-startdate", begin, "-enddate", end)
    signed = ("-selfsign", "-keyfile", str(key), "-in", str(request), "-out", str(folder / "cert.pem"))
    _openssl("ca", "-batch", "-notext", *config, *dates, *signed)
    return folder


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


if __name__ == "__main__":
    where, given, *span = sys.argv[1:]
    make(Path(where), *given.split(","), **({"days": (float(span[0]), float(span[1]))} if span else {}))
