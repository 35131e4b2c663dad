import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from breachkit.adapters.mail.message import Attachment, Builder
from breachkit.adapters.mail.smime import SmimeSigner
from breachkit.errors import BadInputError, BreachkitError
from tests.adapters.mail.test_message import AT, BATCH, KEY, LETTER, READER, parsed

pytest.importorskip(
    "cryptography", reason="cryptography is missing: pip install 'breachkit[smime]'"
)

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


def write_key(path: Path, key, secret: bytes | None = None) -> Path:
    sealed = BestAvailableEncryption(secret) if secret else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    return path


def write_certificate(path: Path, key) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "psirt@cameras.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_trusts_a_signed_message_and_no_changed_one(tmp_path, kind):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing, which verifies the signature")
    key = (
        rsa.generate_private_key(65537, 2048)
        if kind == "rsa"
        else ec.generate_private_key(ec.SECP256R1())
    )
    certificate = write_certificate(tmp_path / "c.pem", key)
    signer = SmimeSigner(certificate, write_key(tmp_path / "k.pem", key, b"word"), word(tmp_path))
    files = [Attachment("sheet.pdf", "application/pdf", bytes(range(256)) * 40)]
    builder = Builder(LETTER, key=KEY, batch=BATCH, date=AT, attachments=files, signer=signer)
    raw = builder.build_for(READER, 3)

    def verify(message: bytes) -> subprocess.CompletedProcess[bytes]:
        args = ["smime", "-verify", "-CAfile", str(certificate), "-purpose", "any"]
        return subprocess.run([openssl, *args], input=message, capture_output=True, check=False)

    assert (found := verify(raw)).returncode == 0, found.stderr
    assert verify(raw.replace(b"camera", b"kamera")).returncode != 0
    message = parsed(raw)
    assert message.get_content_type() == "multipart/signed"
    assert message.get_param("micalg") == "sha-256"
    signed, proof = message.iter_parts()
    assert signed.get_content_type() == "multipart/mixed"
    assert proof.get_content_type() == "application/pkcs7-signature"
    assert signed.get_body(("plain",)).get_content().replace("\r\n", "\n") == LETTER.text
    assert signed.as_bytes().count(b"\n") > 5
    assert message["To"].addresses[0].addr_spec == READER.address


def word(folder: Path) -> Path:
    (folder / "word").write_text("word\n")
    return folder / "word"


def test_files_that_do_not_fit_are_refused_by_name(tmp_path):
    one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    certificate = write_certificate(tmp_path / "c.pem", one)
    with pytest.raises(BadInputError, match=r"k\.pem is not that of the certificate in .*c\.pem"):
        SmimeSigner(certificate, write_key(tmp_path / "k.pem", other))
    with pytest.raises(BadInputError, match=r"cannot read a private key from .*none\.pem"):
        SmimeSigner(certificate, tmp_path / "none.pem")
    with pytest.raises(BadInputError, match=r"k\.pem is not a certificate that can be used"):
        SmimeSigner(tmp_path / "k.pem", tmp_path / "k.pem")
    with pytest.raises(BadInputError, match=r"sealed\.pem is not a private key that can be used"):
        SmimeSigner(certificate, write_key(tmp_path / "sealed.pem", one, b"word"))
    edwards = write_key(tmp_path / "ed.pem", ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(BadInputError, match="RSA or EC is needed"):
        SmimeSigner(certificate, edwards)


def test_without_cryptography_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(BreachkitError, match="needs the package cryptography") as caught:
        SmimeSigner(tmp_path / "c.pem", tmp_path / "k.pem")
    assert caught.value.hint == "pip install 'breachkit[smime]'"
