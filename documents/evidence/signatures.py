"""Digital signatures in a PDF, verified by pyHanko against the office's own trusted certificates.

Nothing is fetched. Only the verifier's final judgement (``bottom_line``) makes a signature verified: content that was
added after signing leaves a signature intact and valid, and is still not what was signed.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from documents.evidence.trust import certificates
from models.evidence import SignatureSeen, SignaturesSeen, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asn1crypto import x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

#: the gravest first: it speaks for the file
GRAVITY: Final = (
    Verdict.ALTERED,
    Verdict.ADDED,
    Verdict.REVOKED,
    Verdict.EXPIRED,
    Verdict.UNTRUSTED,
    Verdict.UNREADABLE,
    Verdict.VERIFIED,
)
_OUT_OF_TIME: Final = frozenset(
    {
        AdESIndeterminate.EXPIRED,
        AdESIndeterminate.NOT_YET_VALID,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
    }
)
_REVOKED: Final = frozenset(
    {
        AdESIndeterminate.REVOKED_NO_POE,
        AdESIndeterminate.REVOKED_CA_NO_POE,
        AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE,
    }
)


#: certificates for signing are marked with the one or the other
_USAGE: Final = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)

# what cannot be compared is told in pages of traces
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


def check_signatures(data: bytes, roots: Sequence[bytes], now: datetime) -> SignaturesSeen:
    """Every signature of a PDF, in the order of signing; ``roots`` are certificates as PEM or DER."""
    trusted = [certificate for root in roots for certificate in certificates(root)]
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        embedded = list(reader.embedded_regular_signatures)
    except Exception as error:  # noqa: BLE001 - a signature that no reader understands is a fact, not a fault
        return SignaturesSeen(Verdict.UNREADABLE, (SignatureSeen("", Verdict.UNREADABLE, detail=_said(error)),))
    found = tuple(_check(one, trusted, now) for one in embedded)
    if not found:
        return SignaturesSeen(roots=len(trusted))
    worst = next(verdict for verdict in GRAVITY if any(one.verdict is verdict for one in found))
    return SignaturesSeen(worst, found, len(trusted))


def _check(embedded: EmbeddedPdfSignature, roots: list[x509.Certificate], now: datetime) -> SignatureSeen:
    context = ValidationContext(trust_roots=roots, moment=now, allow_fetching=False, revocation_mode="soft-fail")
    try:
        status: Any = validate_pdf_signature(embedded, signer_validation_context=context, key_usage_settings=_USAGE)
    except Exception as error:  # noqa: BLE001 - e.g. SM2, which the library does not know
        return SignatureSeen(embedded.field_name, Verdict.UNREADABLE, **_named(embedded), detail=_said(error))
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return SignatureSeen(
        embedded.field_name, _verdict(status, now), **_named(embedded), covers_whole=whole,
        certifies=embedded.docmdp_level is not None, detail=_detail(status),
    )  # fmt: skip


def _verdict(status: Any, now: datetime) -> Verdict:
    if status.bottom_line:
        return Verdict.VERIFIED
    if not (status.intact and status.valid):
        return Verdict.ALTERED
    allowed = status.modification_level not in {None, ModificationLevel.OTHER} and status.docmdp_ok
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE and not allowed:
        return Verdict.ADDED
    if status.revoked or status.trust_problem_indic in _REVOKED:
        return Verdict.REVOKED
    validity = status.signing_cert["tbs_certificate"]["validity"]
    lives = validity["not_before"].native <= now <= validity["not_after"].native
    return Verdict.EXPIRED if status.trust_problem_indic in _OUT_OF_TIME or not lives else Verdict.UNTRUSTED


def _detail(status: Any) -> str:
    """The verifier's own words in short, for those who ask further."""
    return str(status.summary())[:200]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _named(embedded: EmbeddedPdfSignature) -> dict[str, Any]:
    """Whose certificate and when, as far as the signature says; a time without a time stamp is the signer's own clock."""
    try:
        certificate = embedded.signer_cert
        validity = certificate["tbs_certificate"]["validity"]
        claimed = embedded.self_reported_timestamp
        return {
            "signer": certificate.subject.native.get("common_name", "") or certificate.subject.human_friendly,
            "issuer": certificate.issuer.native.get("common_name", "") or certificate.issuer.human_friendly,
            "claimed_at": claimed.isoformat() if claimed else "",
            "valid_from": validity["not_before"].native.date().isoformat(),
            "valid_to": validity["not_after"].native.date().isoformat(),
        }
    except Exception:  # noqa: BLE001 - the names are for reading only; the verdict does not hang on them
        return {}
