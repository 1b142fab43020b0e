"""A signature holds under the key that made it, over the bytes that it was made of, in one form only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.record.entry import unb64u
from domain.record.signing import SeedSigner, verify

ORDER = 2**252 + 27742317777372353535851937790883648493
SEEDS = st.binary(min_size=32, max_size=32)

# RFC 8032 section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_keys_and_signatures_are_those_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    signer = SeedSigner("k", bytes.fromhex(seed))
    assert signer.public.hex() == public
    assert unb64u(signer.public_b64u) == signer.public
    assert signer.sign(bytes.fromhex(message)).hex() == signature
    assert verify(signer.public, bytes.fromhex(message), bytes.fromhex(signature))


@settings(deadline=None)
@given(seed=SEEDS, message=st.binary(max_size=200), bit=st.integers(0, 511))
def test_one_changed_bit_of_a_signature_breaks_it(seed: bytes, message: bytes, bit: int) -> None:
    signer = SeedSigner("k", seed)
    signature = signer.sign(message)
    changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert verify(signer.public, message, signature)
    assert not verify(signer.public, message, changed)


@settings(deadline=None)
@given(seed=SEEDS, message=st.binary(max_size=200), other=st.binary(max_size=200))
def test_a_signature_is_of_one_message(seed: bytes, message: bytes, other: bytes) -> None:
    signer = SeedSigner("k", seed)
    assert verify(signer.public, other, signer.sign(message)) == (other == message)


SIGNER = SeedSigner("k", bytes(32))
SIGNATURE = SIGNER.sign(b"m")
REFUSED = {
    "short signature": (SIGNER.public, SIGNATURE[:-1]),
    "long signature": (SIGNER.public, SIGNATURE + b"\x00"),
    "no signature": (SIGNER.public, b""),
    "short key": (SIGNER.public[:-1], SIGNATURE),
    "long key": (SIGNER.public + b"\x00", SIGNATURE),
    "no key": (b"", SIGNATURE),
    "another key": (SeedSigner("k", b"1" * 32).public, SIGNATURE),
    "scalar plus the group's order": (
        SIGNER.public,
        SIGNATURE[:32] + (int.from_bytes(SIGNATURE[32:], "little") + ORDER).to_bytes(32, "little"),
    ),
    "key of small order": (b"\x01" + bytes(31), b"\x01" + bytes(63)),
    "zero key": (bytes(32), bytes(64)),
}


@pytest.mark.parametrize(("public", "signature"), REFUSED.values(), ids=REFUSED.keys())
def test_a_signature_has_one_form_and_a_key_is_no_weak_one(public: bytes, signature: bytes) -> None:
    assert not verify(public, b"m", signature)
