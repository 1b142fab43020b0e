"""What a compromised key signed or sealed is told by the verifier as disputed; it holds all the same, and stays."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from domain.record.chain import Place, Placed, seal
from domain.record.entry import GENESIS_PREV, Said, assemble, canonical, entry_id, frame, ledger_member, with_seal
from domain.record.signing import SeedSigner
from domain.registry import Registry, sign_record, statement
from domain.submission import sign
from infra.partition_verifier import Disputed, Found, Ledger, PartitionVerifier
from simulator import BASE_TIME, LEDGER, enrolled, fixed_signers, judged, moved

SIGNERS = fixed_signers()
HOTLINE, POLICE = "mn.hotline108", "mn.npa"
ROOT, REGISTRAR = SeedSigner("root-1", sha256(b"root").digest()), SeedSigner("registrar-1", b"r" * 32)
PLACE = Place(LEDGER, "tamga.ledger", 0)
PARTITION = Ledger(LEDGER, PLACE.topic, 1, "roots", "submissions")
FIRST, SECOND = moved(BASE_TIME, minutes=10), moved(BASE_TIME, minutes=20)


def said(registry: Registry, name: str, subject: str, /, **data: str) -> None:
    """One more record of the registry."""
    event = statement(f"{name}.v1", subject, data, id="1", time=BASE_TIME)
    assert registry.apply(sign_record(event, ledger=LEDGER, signers=[ROOT]))


def registry() -> Registry:
    """The agencies of the profile and a registrar."""
    found = enrolled(SIGNERS)
    said(found, "registrar_enrolled", LEDGER, kid=REGISTRAR.kid, key=REGISTRAR.public_b64u)
    return found


def indicator(publisher: str, number: int) -> bytes:
    """An event that opens a case of its own."""
    event = {
        "specversion": "1.0",
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "source": publisher,
        "type": "mn.tamga.identification.indicator_reported.v1",
        "subject": f"00000000-0000-4000-9000-{number:012d}",
        "time": BASE_TIME,
        "unit": "duty",
        "actor": "officer-1",
        "data": {
            "victim_id": f"00000000-0000-4000-a000-{number:012d}",
            "report_channel": "hotline_108",
            "indicator_codes": ["begging"],
            "reporter_role": "citizen",
            "aimag": "MN-1",
        },
    }
    return sign(event, ledger=LEDGER, signer=SIGNERS[publisher])


def genesis() -> bytes:
    """The body of position 0."""
    facts = {"ledger": LEDGER, "partition": 0, "partitions": 1, "roots": "roots"}
    facts |= {"submissions": "submissions", "topic": PLACE.topic}
    return canonical({"genesis": facts, "ledger": ledger_member(Said(BASE_TIME, 0, "genesis", 1, (0, -1)))})


def events(before: Registry) -> Iterator[bytes]:
    """The bodies of four events: two at the first instant, two at the second, of the hotline and the police in turn."""
    for number, (at, publisher) in enumerate([(FIRST, HOTLINE), (FIRST, POLICE), (SECOND, HOTLINE), (SECOND, POLICE)]):
        (found,) = judged([indicator(publisher, number)], before, at=at)
        yield found.body.replace(b'"src":[0,0]', b'"src":[0,%d]' % number)


def record(before: Registry, *, reg: int = 0) -> list[Placed]:
    """Genesis in a batch of its own, then two batches of two events, which may say that another `reg` was read."""
    placed: list[Placed] = []
    prev = GENESIS_PREV
    for pos, body in enumerate([genesis(), *events(before)]):
        body = body.replace(b'"reg":%d,' % before.count, b'"reg":%d,' % (reg or before.count))
        raw = assemble(body, pos=pos, prev=prev)
        raw = with_seal(raw, seal(PLACE, raw, REGISTRAR)) if pos in (0, 2, 4) else raw
        framed = frame(raw)
        assert framed is not None
        placed, prev = [*placed, Placed(pos, framed)], entry_id(raw)
    return placed


def verified(now: Registry, placed: list[Placed]) -> tuple[list[Found], list[Disputed]]:
    """What fails, and what is disputed."""
    verifier = PartitionVerifier(PARTITION, 0, now)
    failures = [found for one in placed for found in verifier.take(one)]
    return failures, verifier.disputed


def test_nothing_is_disputed_while_no_key_was_compromised() -> None:
    found = registry()
    assert verified(found, record(found)) == ([], [])


def test_what_an_agencys_compromised_key_signed_from_then_on_is_disputed_and_holds() -> None:
    found = registry()
    placed = record(found)
    said(found, "key_compromised", HOTLINE, kid=SIGNERS[HOTLINE].kid, since=SECOND)
    assert verified(found, placed) == ([], [Disputed(3, SIGNERS[HOTLINE].kid)])


def test_a_compromise_that_reaches_back_disputes_what_stood_undisputed() -> None:
    found = registry()
    placed = record(found)
    said(found, "key_compromised", HOTLINE, kid=SIGNERS[HOTLINE].kid, since=BASE_TIME)
    assert [one.pos for one in verified(found, placed)[1]] == [1, 3]


def test_what_a_registrars_compromised_key_sealed_from_then_on_is_disputed() -> None:
    found = registry()
    placed = record(found)
    said(found, "key_compromised", LEDGER, kid=REGISTRAR.kid, since=SECOND)
    assert verified(found, placed) == ([], [Disputed(3, REGISTRAR.kid), Disputed(4, REGISTRAR.kid)])


def test_each_entry_is_judged_again_under_the_registry_as_it_stood() -> None:
    found = registry()
    then = found.count
    said(found, "agency_suspended", POLICE)
    said(found, "unit_added", HOTLINE, unit="night", name="Night desk")
    assert verified(found, record(registry(), reg=then)) == ([], []), "what came later changes nothing"
    failures, _ = verified(found, record(registry(), reg=found.count))
    assert [code for code, _ in failures] == ["event.unit.unknown", "event.agency.suspended"] * 2
