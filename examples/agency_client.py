"""An agency publishes its first event over Kafka and reads its outcome over HTTP; nothing of Tamga is imported."""

import argparse
import base64
import json
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib import error, request


def event(agency: str) -> dict:
    """An indicator that opens a case of its own, as a CloudEvent: codes only, personal data never stands in clear."""
    data = {"victim_id": str(uuid.uuid4()), "report_channel": "hotline_108", "reporter_role": "hotline_operator"}
    data |= {"indicator_codes": ["documents_withheld"], "aimag": "MN-1", "age_band": "14-17"}
    envelope = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": agency, "subject": str(uuid.uuid4())}
    envelope |= {"type": "mn.tamga.identification.indicator_reported.v2", "unit": "desk-1", "actor": "officer-1"}
    return envelope | {"time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "data": data}


def sign(payload: dict, seed: str, header: dict, *, sd_jwt: bool = False) -> str:
    """A compact JWS, Ed25519, under exactly `alg kid typ ledger`; sd-jwt ends it with `~`: no disclosures."""
    der = bytes.fromhex("302e020100300506032b657004220420") + base64.urlsafe_b64decode(seed + "=")  # RFC 8410
    pem = b"-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % base64.b64encode(der)
    if sd_jwt:
        from jwcrypto.jwk import JWK  # comes with sd-jwt
        from sd_jwt.issuer import SDJWTIssuer

        return SDJWTIssuer(payload, JWK.from_pem(pem), None, "Ed25519", extra_header_parameters=header).sd_jwt_issuance
    from joserfc import jwk, jws

    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)  # `ledger` is no member of RFC 7515
    return jws.serialize_compact(header, json.dumps(payload), jwk.OKPKey.import_key(pem), registry=registry)


def publish(bootstrap: str, topic: str, case: str, record: str, user="", password_file="", ca_file=None) -> str:
    """`<partition>-<offset>`; the key is the case id, so that all of a case goes to one partition."""
    from kafka import KafkaProducer

    login = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "ssl_cafile": ca_file}
    login |= {"sasl_plain_username": user, "sasl_plain_password": user and Path(password_file).read_text().strip()}
    producer = KafkaProducer(bootstrap_servers=bootstrap.split(","), acks="all", **(login if user else {}))
    done = producer.send(topic or "tamga.submissions", key=case.encode(), value=record.encode()).get(timeout=30)
    return f"{done.partition}-{done.offset}"


def outcome(url: str, api_key: str) -> dict:
    """Ask for half a minute; 202 is not judged yet, and 404 is not seen yet."""
    asked = request.Request(url, headers={"Authorization": f"Bearer {api_key}"})
    for _ in range(60):
        try:
            with request.urlopen(asked, timeout=15) as answer:
                if answer.status == 200:
                    return json.load(answer)
        except error.HTTPError as problem:
            if problem.code not in (404, 503):
                return json.load(problem)
        time.sleep(0.5)
    return {"outcome": "pending"}


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    sending = ["bootstrap", "api", "api-key-file"] * ("--print" not in sys.argv)
    for name in "ledger", "agency", "kid", "key-file", *sending, "topic", "user", "password-file", "ca-file":
        options.add_argument(f"--{name}", required=name not in ("topic", "user", "password-file", "ca-file"))
    options.add_argument("--sd-jwt", action="store_true", help="sign with sd-jwt instead of joserfc")
    options.add_argument("--print", action="store_true", help="only print the signed event")
    o = options.parse_args()
    said, header = event(o.agency), {"alg": "Ed25519", "kid": o.kid, "typ": "ce+sd-jwt", "ledger": o.ledger}
    record = sign(said, json.loads(Path(o.key_file).read_text())["seed"], header, sd_jwt=o.sd_jwt)
    if o.print:
        sys.exit(print(record))
    at = publish(o.bootstrap, o.topic, said["subject"], record, o.user, o.password_file, o.ca_file)
    found = outcome(f"{o.api}/v1/submissions/{at}", Path(o.api_key_file).read_text().strip())
    print(json.dumps(found, indent=1))
    sys.exit(found.get("outcome") != "admitted")
