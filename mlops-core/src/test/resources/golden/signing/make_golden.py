"""Writes signature bundles of two small files, as OpenSSF Model Signing v1.0 describes them.

This is a signer of its own, on Python's json, base64 and the package cryptography (48.0.0): it shares no code with
io.mlops4j.signing. Its choices are those of the reference implementation (model_signing 1.1: indented statement,
resources after the path's parts, key hint = SHA-256 of the public key's PEM); bundles of 1.0 have no hint.
Run it with no argument in this folder; keys and signatures are new each time, so run it only to add a case.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FILES = {"model.onnx": b"a model\n", "weights/part.bin": b"its weights\n", "weights.txt": b"\n"}
CASES = {
    "p256": (ec.SECP256R1(), hashes.SHA256(), True),
    "p384": (ec.SECP384R1(), hashes.SHA384(), True),
    "p521": (ec.SECP521R1(), hashes.SHA512(), True),
    "p256-no-hint": (ec.SECP256R1(), hashes.SHA256(), False),
}


def statement():
    resources = []
    root = hashlib.sha256()
    for name in sorted(FILES, key=lambda path: path.split("/")):
        digest = hashlib.sha256(FILES[name])
        root.update(digest.digest())
        resources.append({"algorithm": "sha256", "name": name, "digest": digest.hexdigest()})
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "golden", "digest": {"sha256": root.hexdigest()}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "resources": resources,
            "serialization": {
                "allow_symlinks": False,
                "method": "files",
                "hash_type": "sha256",
                "ignore_paths": ["model.sig", ".git", ".gitignore"],
            },
        },
    }


def encoded(raw):
    return base64.b64encode(raw).decode("ascii")


for case, (curve, algorithm, has_hint) in CASES.items():
    key = ec.generate_private_key(curve)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    payload = json.dumps(statement(), indent=2).encode("utf-8")
    kind = "application/vnd.in-toto+json"
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode("ascii"), len(payload), payload)
    named = {"hint": hashlib.sha256(public).hexdigest()} if has_hint else {"rawBytes": encoded(public)}
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": named, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": encoded(payload),
            "payloadType": kind,
            "signatures": [{"sig": encoded(key.sign(message, ec.ECDSA(algorithm))), "keyid": "" if has_hint else None}],
        },
    }
    with open(case + ".sig", "w", encoding="utf-8") as out:
        json.dump(bundle, out)
    with open(case + ".pub.pem", "wb") as out:
        out.write(public)
    with open(case + ".test-key.pem", "wb") as out:
        out.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
