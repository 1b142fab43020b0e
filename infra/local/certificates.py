"""A local broker proves itself by a certificate of an authority that is made here and serves this cluster alone.

The authority's key stays with whoever starts the cluster and is never given to the service; a broker has its own key,
drawn anew at each start, and the authority's certificate, by which it also knows other brokers. Certificates are for
loopback addresses. Used by `infra.local.kafka`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.local.folders import own_folder, write_for_service

BROKER_NAME = "tamga-broker"
"""The common name in brokers' certificates: `User:CN=tamga-broker` is who a broker is to another."""
BROKER_PEM, CA_PEM = "broker.pem", "ca.pem"
"""What a broker's home holds: its key and certificate, and the authority's certificate."""

_CA_NAME = "tamga-local-authority"
_CA_YEARS, _BROKER_YEARS = 20, 2
_YEAR, _SKEW = timedelta(days=365), timedelta(hours=1)
_HOSTS = (x509.IPAddress(ip_address("127.0.0.1")), x509.IPAddress(ip_address("::1")), x509.DNSName("localhost"))

_Key = ec.EllipticCurvePrivateKey


class Authority:
    """The authority of the cluster in one folder: `<folder>/tls/ca.key` (0600) and `<folder>/tls/ca.pem`."""

    def __init__(self, folder: Path) -> None:
        """Found again, or made."""
        place = own_folder(folder / "tls")
        self.file, key_file = place / CA_PEM, place / "ca.key"
        if not self.file.exists():
            self._make(key_file)
        self._key = load_pem_private_key(key_file.read_bytes(), None)
        self._certificate = x509.load_pem_x509_certificate(self.file.read_bytes())

    def equip(self, home: Path) -> None:
        """Write a fresh key and certificate of a broker, and the authority's, into the broker's home."""
        key = ec.generate_private_key(ec.SECP256R1())
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        unsigned = (
            _unsigned(BROKER_NAME, _CA_NAME, key, _BROKER_YEARS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(_HOSTS), critical=False)
            .add_extension(usages, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._certificate.public_key()),  # type: ignore[arg-type]
                critical=False,
            )
        )
        signed = unsigned.sign(self._key, SHA256())  # type: ignore[arg-type]
        text = _key_pem(key) + signed.public_bytes(Encoding.PEM)
        write_for_service(home / BROKER_PEM, text.decode())
        write_for_service(home / CA_PEM, self.file.read_text(encoding="ascii"))

    def _make(self, key_file: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False
        )
        usage |= dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False)
        certificate = (
            _unsigned(_CA_NAME, _CA_NAME, key, _CA_YEARS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        key_file.unlink(missing_ok=True)
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_key_pem(key))
        # Last: an authority without this file is made again.
        self.file.write_bytes(certificate.public_bytes(Encoding.PEM))


def _unsigned(subject: str, issuer: str, key: _Key, years: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + years * _YEAR)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _key_pem(key: _Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
