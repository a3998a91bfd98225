"""The certificate of SeaweedFS's inner ports: made once, renewed in time, its authority forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from eohub_hub.local.s3.certificates import LIFETIME, RENEW_BEFORE, ensure_certificates, make_certificates

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_certificate_is_for_this_machine_as_server_and_as_client() -> None:
    authority, certificate = map(x509.load_pem_x509_certificate, make_certificates(NOW)[:2])
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert set(uses) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert certificate.issuer == authority.subject


def test_the_certificate_is_signed_by_its_authority_and_by_no_other_of_the_same_name() -> None:
    first, second = make_certificates(NOW), make_certificates(NOW)
    certificate = x509.load_pem_x509_certificate(first[1])
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(first[0]))
    with pytest.raises(InvalidSignature):
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(second[0]))


def test_the_certificate_can_sign_no_other() -> None:
    authority, certificate = map(x509.load_pem_x509_certificate, make_certificates(NOW)[:2])
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_the_key_of_the_authority_is_kept_nowhere(tmp_path: Path) -> None:
    found = ensure_certificates(tmp_path / "c", NOW)
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == ["ca.crt", "inner.crt", "inner.key"]
    key = load_pem_private_key(found.key.read_bytes(), None).public_key()
    authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
    assert key != authority.public_key()
    assert key == x509.load_pem_x509_certificate(found.certificate.read_bytes()).public_key()


@pytest.mark.parametrize(
    ("later", "renewed"),
    [
        (timedelta(0), False),
        (LIFETIME - RENEW_BEFORE - timedelta(seconds=1), False),
        (LIFETIME - RENEW_BEFORE, True),
        (LIFETIME + timedelta(days=1000), True),
        (timedelta(days=-2), True),
    ],
)
def test_it_is_made_anew_when_less_than_60_days_are_left_or_the_clock_went_back(
    tmp_path: Path, later: timedelta, renewed: bool
) -> None:
    before = ensure_certificates(tmp_path, NOW).certificate.read_bytes()
    after = ensure_certificates(tmp_path, NOW + later).certificate.read_bytes()
    assert (after != before) is renewed


@pytest.mark.parametrize("name", ["ca.crt", "inner.crt", "inner.key"])
@pytest.mark.parametrize("damage", ["gone", "empty", "text", "another's"])
def test_a_damaged_file_makes_all_three_anew(tmp_path: Path, name: str, damage: str) -> None:
    found = ensure_certificates(tmp_path / "c", NOW)
    other = ensure_certificates(tmp_path / "other", NOW)
    file = tmp_path / "c" / name
    match damage:
        case "gone":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "text":
            file.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        case _:
            file.write_bytes((other.key.parent / name).read_bytes())
    ensure_certificates(tmp_path / "c", NOW)
    certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(found.authority.read_bytes()))
    assert load_pem_private_key(found.key.read_bytes(), None).public_key() == certificate.public_key()
