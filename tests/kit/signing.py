"""Digital signatures made by the tests: an issuer and signers of its own, PDFs signed, altered and added to afterwards.

The keys are made once a process; elliptic curves, because an RSA key takes a second.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader, PdfWriter

BEGIN, END = datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key; ``issued`` by another one."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def issuer(name: str = "某市电子认证") -> Holder:
    """Who issues certificates."""
    return _issuer(name)


@cache
def _issuer(name: str) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    built = (
        x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(name)).public_key(key.public_key())
        .serial_number(1).not_valid_before(BEGIN).not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )  # fmt: skip
    return Holder(built.sign(key, hashes.SHA256()), key)


@cache
def holder(name: str = "李一", by: str = "某市电子认证", begin: datetime = BEGIN, end: datetime = END) -> Holder:
    """Who signs, with a certificate of an issuer's."""
    authority, key = issuer(by), ec.generate_private_key(ec.SECP256R1())
    built = (
        x509.CertificateBuilder().subject_name(_name(name)).issuer_name(authority.certificate.subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(begin).not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
    )  # fmt: skip
    return Holder(built.sign(authority.key, hashes.SHA256()), key)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def signed(pdf: bytes, who: Holder | None = None, field: str = "签字", *, certify: bool = False, **more: Any) -> bytes:
    """The PDF with a signature more, as an increment behind what was there."""
    who = who or holder()
    private = who.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()
    store.register(asn1.Certificate.load(issuer().der))
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(who.der),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )
    look = signers.PdfSignatureMetadata(
        field_name=field, certify=certify, docmdp_permissions=MDPPerm.FILL_FORMS, **more
    )
    made = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False), look, signer=signer)
    return bytes(made.getvalue())


def added_to(pdf: bytes) -> bytes:
    """The signed PDF with another page behind it, as an increment: the signature itself stays whole."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    writer.add_blank_page(595, 842)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def altered(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """The signed PDF with some of its bytes changed in place."""
    assert len(old) == len(new)
    assert pdf.count(old) >= 1
    return pdf.replace(old, new, 1)


def plain(pages: int = 1) -> bytes:
    """A PDF with pages and a title to alter."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": "Report of June"})
    made = io.BytesIO()
    writer.write(made)
    assert len(PdfReader(io.BytesIO(made.getvalue())).pages) == pages
    return made.getvalue()


def with_field(pdf: bytes, field: str = "空") -> bytes:
    """The PDF with an empty signature field: something to sign, not signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    fields.append_signature_field(writer, fields.SigFieldSpec(field))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
