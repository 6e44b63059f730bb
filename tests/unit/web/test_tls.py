"""Over TLS: what is wrong with the certificate is said at the start, and what is right is used strictly."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kit.office import BEGIN, small_office
from models.errors import EnvironmentRefused
from models.settings import Settings, WebSettings
from web.serving import Server
from web.tls import check_certificate
from workflow.passwords import hashed

if TYPE_CHECKING:
    from pathlib import Path


def key_pem(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    closed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed)


def made(folder: Path) -> ec.EllipticCurvePrivateKey:
    """A certificate for this machine that signs itself, and its key beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk")])
    hosts = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).add_extension(hosts, False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "desk.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    write_key(folder, key_pem(key))
    return key


def write_key(folder: Path, data: bytes, mode: int = 0o600) -> None:
    (folder / "desk.key").write_bytes(data)
    (folder / "desk.key").chmod(mode)


def settings(folder: Path, **web: object) -> Settings:
    given = {"certificate": "desk.pem", "certificate_key": "desk.key", "port": 0, **web}
    return Settings(home=folder, web=WebSettings(**given))


def test_a_certificate_with_its_key_is_taken(tmp_path: Path) -> None:
    made(tmp_path)
    check_certificate(settings(tmp_path))
    check_certificate(Settings(home=tmp_path))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder, _key: (folder / "desk.pem").unlink(), "E-H24"),
        (lambda folder, _key: (folder / "desk.key").unlink(), "E-H24"),
        (lambda folder, _key: (folder / "desk.pem").write_bytes(b"no certificate"), "E-H24"),
        (lambda folder, key: write_key(folder, key_pem(key, b"secret")), "E-H24"),
        (lambda folder, key: write_key(folder, key_pem(key), 0o640), "E-H25"),
        (lambda folder, _key: write_key(folder, key_pem(ec.generate_private_key(ec.SECP256R1()))), "E-H26"),
    ],
)
def test_what_is_wrong_with_it_is_said_at_the_start(tmp_path: Path, spoil, code: str) -> None:
    spoil(tmp_path, made(tmp_path))
    with pytest.raises(EnvironmentRefused) as caught:
        Server(settings(tmp_path), lambda: BEGIN).start()
    assert (caught.value.code, caught.value.exit_code) == (code, 5)
    assert caught.value.remedy


def test_half_a_certificate_is_refused(tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(EnvironmentRefused, match="E-H24"):
        check_certificate(settings(tmp_path, certificate_key=""))


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::"])
def test_passwords_never_cross_a_network_in_the_clear(tmp_path: Path, host: str) -> None:
    with pytest.raises(EnvironmentRefused, match="E-H10"):
        Server(Settings(home=tmp_path, web=WebSettings(host=host, port=0)), lambda: BEGIN).start()


def test_over_tls_cookies_are_bound_to_the_host_and_old_tls_is_refused(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    office.change("person", office.people["clerk1"], password_hash=hashed("Right-pass-1"))
    (tmp_path / "duban.toml").touch()
    made(tmp_path)
    server = Server(settings(tmp_path), lambda: BEGIN)
    server.start()
    try:
        trusting = ssl.create_default_context(cafile=tmp_path / "desk.pem")
        with httpx2.Client(base_url=server.address, verify=trusting) as client:
            given = {"login": "clerk1", "password": "Right-pass-1"}
            answer = client.post("/login", data=given)
            cookie = answer.headers["set-cookie"]
            assert client.get("/tasks").status_code == 200
        assert server.address.startswith("https://")
        assert cookie.startswith("__Host-duban=")
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert server._uvicorn.config.ssl is not None
        assert server._uvicorn.config.ssl.minimum_version == ssl.TLSVersion.TLSv1_2
    finally:
        server.stop()
