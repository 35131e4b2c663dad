"""S/MIME signatures (RFC 8551) by `cryptography`, which comes with the extra `smime`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from breachkit.errors import BadInputError, BreachkitError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

Loaded = TypeVar("Loaded")

_INSTALL = "pip install 'breachkit[smime]'"


class SmimeSigner:
    """Signs messages with one certificate and its key.

    Files are PEM: the certificate first, then any that lead to its root, which go along. A passphrase
    is a file too, never an argument. Raises BadInputError for files that do not fit together, and
    BreachkitError where `cryptography` is not installed.
    """

    def __init__(self, certificate: Path, key: Path, passphrase: Path | None = None) -> None:
        _check_installed()
        self._certificate, *self._chain = _certificates(certificate)
        self._key = _key(key, passphrase)
        if self._key.public_key() != self._certificate.public_key():
            raise BadInputError(f"the key in {key} is not that of the certificate in {certificate}")

    def sign(self, entity: bytes) -> bytes:
        """Return the detached signature of a MIME entity, CMS in DER, with SHA-256.

        The entity is signed as it stands: its lines must already end with CRLF.
        """
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs7 import (
            PKCS7Options,
            PKCS7SignatureBuilder,
        )

        builder = PKCS7SignatureBuilder().set_data(entity)
        builder = builder.add_signer(self._certificate, self._key, SHA256())
        for one in self._chain:
            builder = builder.add_certificate(one)
        options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)


def _check_installed() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise BreachkitError(
            "signing mail needs the package cryptography", hint=_INSTALL
        ) from error


def _certificates(path: Path) -> "list[Certificate]":
    from cryptography.x509 import load_pem_x509_certificates

    return _loaded(path, "a certificate", load_pem_x509_certificates)


def _key(path: Path, passphrase: Path | None) -> "RSAPrivateKey | EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    secret = None
    if passphrase is not None:
        secret = _loaded(passphrase, "a passphrase", lambda raw: raw.rstrip(b"\r\n"))
    key = _loaded(path, "a private key", lambda raw: load_pem_private_key(raw, secret))
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise BadInputError(
            f"{path} holds a key that S/MIME does not sign with: RSA or EC is needed"
        )
    return key


def _loaded(path: Path, what: str, load: Callable[[bytes], Loaded]) -> Loaded:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise BadInputError(f"cannot read {what} from {path}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise BadInputError(f"{path} is not {what} that can be used: {error}") from error
