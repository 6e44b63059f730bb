"""Digital signatures of a PDF: only the verifier's final judgement counts, and each way of failing has its own name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from documents.evidence.looking import look_at
from documents.evidence.signatures import GRAVITY, check_signatures
from documents.evidence.trust import certificates, trusted_files
from documents.ofd import ofd_words
from kit.packages import ofd
from kit.signing import END, added_to, altered, holder, issuer, plain, signed, with_field
from models.errors import BadInput, EnvironmentRefused
from models.evidence import SignaturesSeen, Verdict

NOW = datetime(2022, 6, 24, 1, 0, tzinfo=UTC)
V = Verdict


@pytest.fixture(scope="module")
def paper() -> bytes:
    """A PDF signed by one person whose issuer is trusted."""
    return signed(plain(2))


def seen(data: bytes, *roots: bytes, now: datetime = NOW) -> SignaturesSeen:
    return check_signatures(data, roots or (issuer().pem,), now)


def test_signature_of_a_trusted_issuer_is_verified_with_its_names(paper) -> None:
    found = seen(paper)
    (one,) = found.signatures
    assert (found.verdict, one.verdict, found.roots) == (V.VERIFIED, V.VERIFIED, 1)
    assert (one.signer, one.issuer, one.covers_whole, one.certifies) == ("李一", "某市电子认证", True, False)
    assert (one.valid_from, one.valid_to, one.claimed_at[:2]) == ("2022-01-01", "2024-12-31", "20")
    assert seen(paper, issuer().der).verdict is V.VERIFIED


def test_without_a_trusted_issuer_nothing_is_verified(paper) -> None:
    assert check_signatures(paper, [], NOW).verdict is V.UNTRUSTED
    assert seen(paper, issuer("另一家").pem).verdict is V.UNTRUSTED
    assert seen(paper, issuer("另一家").pem + issuer().pem).verdict is V.VERIFIED


def test_certificate_out_of_its_time_is_told_apart_from_an_unknown_one(paper) -> None:
    early = signed(plain(), holder("老人", end=datetime(2022, 3, 1, tzinfo=UTC)))
    late = signed(plain(), holder("新人", begin=datetime(2023, 3, 1, tzinfo=UTC)))
    assert [seen(data).verdict for data in (early, late)] == [V.EXPIRED, V.EXPIRED]
    assert seen(paper, now=END + timedelta(days=1)).verdict is V.EXPIRED
    assert seen(paper, now=END - timedelta(days=1)).verdict is V.VERIFIED


def test_content_changed_in_place_is_altered(paper) -> None:
    assert seen(altered(paper, b"Report of June", b"Report of July")).verdict is V.ALTERED


def test_content_added_afterwards_is_shown_though_the_signature_itself_holds(paper) -> None:
    found = seen(added_to(paper))
    (one,) = found.signatures
    assert (found.verdict, one.covers_whole) == (V.ADDED, False)
    assert "INTACT:TRUSTED" in one.detail  # whoever asked only these two would have called it verified
    assert seen(added_to(signed(plain(), certify=True))).verdict is V.ADDED


def test_several_signatures_are_listed_in_their_order_with_what_each_covers(paper) -> None:
    found = seen(signed(paper, holder("市水利局"), "盖章"))
    assert [(one.field, one.signer, one.covers_whole, one.verdict) for one in found.signatures] == [
        ("签字", "李一", False, V.VERIFIED),
        ("盖章", "市水利局", True, V.VERIFIED),
    ]
    assert found.verdict is V.VERIFIED


def test_gravest_of_several_speaks_for_the_file(paper) -> None:
    found = seen(signed(paper, holder("外人", "另一家"), "盖章"))
    assert [one.verdict for one in found.signatures] == [V.VERIFIED, V.UNTRUSTED]
    assert found.verdict is V.UNTRUSTED
    assert set(GRAVITY) == set(Verdict) - {V.NONE}


def test_certification_is_told(paper) -> None:
    found = seen(signed(signed(plain(), certify=True), holder("市水利局"), "盖章"))
    assert [one.certifies for one in found.signatures] == [True, False]


def test_file_without_a_signature_or_with_an_empty_field_has_none() -> None:
    assert {seen(data).verdict for data in (plain(), with_field(plain()))} == {V.NONE}


def test_signature_of_a_kind_that_nobody_here_knows_is_unreadable_not_wrong(paper) -> None:
    """The curve of SM2 in place of the known one: the library cannot load the key."""
    known, sm2 = b"06082a8648ce3d030107", b"06082a811ccf5501822d"
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    changed = paper[:start] + paper[start:end].lower().replace(known, sm2) + paper[end:]
    assert changed != paper
    assert seen(changed).verdict is V.UNREADABLE
    assert seen(paper[:start] + b"0" * (end - start) + paper[end:]).verdict is V.UNREADABLE


def test_signed_file_is_looked_at_in_the_child_with_the_offices_roots(paper) -> None:
    looked = look_at(paper, "表.pdf", NOW, [issuer().pem])
    assert (looked.signatures.verdict, looked.facts.has_signature_field) == (V.VERIFIED, True)
    assert look_at(paper, "表.pdf", NOW, pages=False).signatures.verdict is V.UNTRUSTED
    assert look_at(plain(), "表.pdf", NOW, [issuer().pem], pages=False).signatures == SignaturesSeen()


def test_folder_of_trusted_certificates_takes_pem_and_der_and_names_a_file_that_is_none(tmp_path) -> None:
    assert trusted_files(tmp_path / "none") == []
    (tmp_path / "a.pem").write_bytes(issuer().pem + issuer("另一家").pem)
    (tmp_path / "b.cer").write_bytes(issuer().der)
    (tmp_path / "说明.txt").write_text("不是证书", "utf-8")
    found = trusted_files(tmp_path)
    assert [len(certificates(data)) for data in found] == [2, 1]
    for rubbish in (b"", b"rubbish", issuer().pem.replace(b"MII", b"MIX"), issuer().der[:-9]):
        (tmp_path / "c.crt").write_bytes(rubbish)
        with pytest.raises(EnvironmentRefused) as caught:
            trusted_files(tmp_path)
        assert (caught.value.code, caught.value.where) == ("E-F38", "c.crt")


def test_ofd_is_taken_by_its_content_counted_and_its_words_shown() -> None:
    looked = look_at(ofd(), "表.ofd", NOW, [issuer().pem])
    assert (looked.facts.media_type, looked.facts.pages, looked.signatures.verdict) == ("application/ofd", 1, V.NONE)
    assert ofd_words(ofd(), "表.ofd") == "六月进展\n已完成"


def test_seal_in_an_ofd_cannot_be_verified_here_and_is_said_so() -> None:
    assert look_at(ofd(signed_too=True), "表.ofd", NOW, [issuer().pem]).signatures.verdict is V.UNREADABLE


def test_ofd_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        look_at(ofd(root="Nowhere.xml"), "表.ofd", NOW)
    assert caught.value.code == "E-G01"
    for name, data in (("表.ofd", plain()), ("表.pdf", ofd())):
        with pytest.raises(BadInput) as caught:
            look_at(data, name, NOW)
        assert caught.value.code == "E-F03"
