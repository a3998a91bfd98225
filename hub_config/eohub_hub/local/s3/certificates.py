"""The certificate by which the parts of SeaweedFS know each other, and keep everybody else out.

All parts run in one process, so one certificate serves as server and client of every inner port. Its
authority signs it and is forgotten: no key that could sign a second client exists anywhere.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from eohub_hub.local.files import private_folder, write_atomically

LIFETIME = timedelta(days=397)
"""What browsers and the CA/Browser Forum's baseline requirements 6.3.2 accept at most."""

RENEW_BEFORE = timedelta(days=60)
"""A certificate with less than this left is made anew at the next start."""

_NAME = "eohub-s3-inner"


@dataclass(frozen=True)
class Certificates:
    """Paths of the authority's certificate, and of the shared certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def ensure_certificates(folder: Path, now: datetime) -> Certificates:
    """The certificates in `folder`, made on the first call and again when they are near their end."""
    private_folder(folder)
    found = Certificates(folder / "ca.crt", folder / "inner.crt", folder / "inner.key")
    if not _usable(found, now):
        authority, certificate, key = make_certificates(now)
        # The certificate comes last: a start that was cut off before it makes all three again.
        write_atomically(found.key, key)
        write_atomically(found.authority, authority)
        write_atomically(found.certificate, certificate)
    return found


def make_certificates(now: datetime) -> tuple[bytes, bytes, bytes]:
    """PEM of an authority, of a certificate for 127.0.0.1 (server and client) and of that one's key."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name(f"{_NAME}-authority")
    authority = (
        _started(now, authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    leaf = (
        _started(now, _name(_NAME), authority_name, leaf_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([loopback, x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return authority.public_bytes(Encoding.PEM), leaf.public_bytes(Encoding.PEM), key


def _usable(found: Certificates, now: datetime) -> bool:
    try:
        authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
        certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        certificate.verify_directly_issued_by(authority)
        key = load_pem_private_key(found.key.read_bytes(), None)
    except (OSError, ValueError, TypeError, InvalidSignature, x509.InvalidVersion):
        return False
    ends = min(authority.not_valid_after_utc, certificate.not_valid_after_utc)
    matches = key.public_key() == certificate.public_key()
    return matches and certificate.not_valid_before_utc <= now < ends - RENEW_BEFORE


def _started(
    now: datetime, subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        # An hour of tolerance for a clock that is set back after the first start.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
