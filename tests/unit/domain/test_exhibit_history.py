"""The history of an exhibit says all that the record holds about it, in both languages, and no break is left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import by_name
from domain.codes import codes
from domain.event import Recorded
from domain.exhibit_history import History, history
from domain.exhibit_history.words import LANGUAGES, Language, words
from domain.refusals import Refusal
from domain.stream import admit, evolve
from unit.domain.custody.acts import (
    ADMITTED,
    AT_LAB,
    AT_PROSECUTOR,
    COLLECTED,
    DERIVED,
    DISPOSED,
    EXAMINED,
    EXPLAINED,
    HELD,
    IMAGE,
    KEPT,
    LAB,
    LIFTED,
    NUMBER,
    ORDERED,
    ORDERS,
    OVERDUE,
    PRODUCED,
    RECEIVED,
    REFUSED,
    RELEASED,
    REPORTED,
    RETURNED,
    SEALED,
    UNSEALED,
    WARRANTS,
    WITHDRAWN,
    CaseWithOrders,
    by,
)  # fmt: skip
from unit.domain.story import AT, CONTEXT, INDICATED, POLICE, STREAM, Act, act, event, uid
from unit.domain.test_random_cases import TYPES, _event

TOLD = sorted(
    name
    for name, known in by_name.items()
    if name in words("en").raw["say"] or (known.stage == "custody" and known.kind != "effect")
)


def record(acts: Sequence[Act]) -> list[Recorded]:
    """The admitted entries of the acts."""
    state, entries = CaseWithOrders(uid("case"), authorizations=WARRANTS, orders=ORDERS), list[Recorded]()
    for done in [INDICATED, *acts]:
        submitted = event(done)
        stated = admit(state, submitted, by_name[done.type], CONTEXT)
        entries.append(Recorded(submitted, AT, state.version + 1, stated))
        state = evolve(state, entries[-1])
    return entries


def told(acts: Sequence[Act], language: Language = "en", number: str = NUMBER) -> History:
    """The history after the acts."""
    found = history(record(acts), number, language)
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TOLD)
def test_every_event_about_an_exhibit_has_its_sentences(name: str, language: Language) -> None:
    known = by_name[name]
    data = dict(event(act(name, POLICE)).data)
    own = {"agency": "A", "number": "E-1", "seal": "S", "seal_check": "c", "condition": "d", "tag": "t"}
    text = words(language).sentences(known, data, **own)
    assert text is not None
    assert "{" not in text
    optional = {field.name: "x" for field in known.clear if field.optional}
    for template in words(language).raw["if"].get(name, {}).values():
        template.format_map(data | own | optional)
    assert set(words(language).raw["if"].get(name, {})) <= data.keys() | own.keys() | optional.keys()


def test_every_code_that_is_read_out_has_a_mongolian_word() -> None:
    raw = words("mn").raw
    said = {name: " ".join([raw["say"].get(name, ""), *raw["if"].get(name, {}).values()]) for name in TOLD}
    told = [field for name in TOLD for field in by_name[name].clear if f"{{{field.name}}}" in said[name]]
    kinds = {field.kind for field in told} - {"aimag", "breach_code"}
    assert kinds
    for kind in kinds:
        wanted = codes(kind)
        if wanted is not None:
            assert wanted == words("mn").raw["codes"].get(kind, {}).keys(), kind
    for language in LANGUAGES:
        assert codes("custody_break_codes") <= words(language).raw["codes"]["breach_code"].keys()  # type: ignore[operator]


def test_both_languages_tell_of_the_same() -> None:
    def shape(raw: object) -> object:
        return {key: shape(value) for key, value in raw.items()} if isinstance(raw, dict) else None

    en, mn = (dict(words(language).raw) for language in LANGUAGES)
    assert shape({**en, "codes": 0}) == shape({**mn, "codes": 0})


def test_a_chain_without_break_is_told_from_collection_to_disposal() -> None:
    acts = [*AT_PROSECUTOR, HELD, LIFTED, PRODUCED, ADMITTED, ORDERED, by("mn.opg", DISPOSED)]
    found = told(acts)
    assert [line.type.partition(".")[2] for line in found.lines] == [done.type.partition(".")[2] for done in acts]
    assert not any(each.startswith("Break") for line in found.lines for each in line.found)
    assert found.breaks == ("No break of its chain of custody is on record.",)
    assert all(before.n < after.n for before, after in pairwise(found.lines))


def test_a_hand_over_is_told_with_release_receipt_and_seal() -> None:
    collected, sealed, released, received = (line.text for line in told(AT_LAB).lines)
    assert collected.startswith("2 March 2026 at 01:00 UTC: National Police Agency collected exhibit E-1, kind: ")
    assert "sealed it with seal S-1" in sealed
    assert "released it to National Institute of Forensic Science, for l-1" in released
    assert "acknowledged its receipt, by l-1" in received
    assert "Seal on receipt: intact. The seal read S-1. Condition: good." in received
    assert told(AT_LAB).standing.endswith("custodian is National Institute of Forensic Science, held by l-1.")


def test_a_break_is_told_with_code_and_time_and_its_explanation_stands_beside_it() -> None:
    acts = [*KEPT, RELEASED, OVERDUE]
    (overdue,) = record(acts)[-1].effects
    key = overdue.data["break_id"]
    found = told(acts)
    assert (
        found.lines[-1].found[0].startswith("Break of the chain of custody, RELEASE_WITHOUT_RECEIPT: it was released")
    )
    assert found.breaks[0].startswith("Breaks of its chain of custody on record: 1; explained: 0.")
    assert found.breaks[1].startswith("RELEASE_WITHOUT_RECEIPT, 3 March 2026 at 09:00 UTC: ")
    assert found.breaks[1].endswith("Nobody has explained it.")
    explained = told([*acts, by(POLICE, EXPLAINED, break_id=key)])
    assert "explained: 1" in explained.breaks[0]
    assert explained.breaks[1].endswith(
        "Explained by National Police Agency on 2 March 2026 at 09:00 UTC: clerical error."
    )
    assert "The break stands." in explained.lines[-1].text


def test_what_names_only_the_transfer_or_the_hold_is_told_of_its_exhibits() -> None:
    for more in ([WITHDRAWN], [REFUSED, RETURNED], [OVERDUE]):
        assert len(told([*KEPT, RELEASED, *more]).lines) == 3 + len(more)
    assert told([*KEPT, HELD, LIFTED]).lines[-1].type == "custody.HoldLifted"


def test_what_was_derived_has_a_history_of_its_own_and_is_told_of_in_its_parents() -> None:
    acts = [*AT_LAB, UNSEALED, EXAMINED, DERIVED, REPORTED]
    assert "derived exhibit E-1.1 from it (acquired)" in told(acts).lines[-2].text
    own = told(acts, number=IMAGE)
    assert [line.type for line in own.lines] == ["custody.DerivedExhibitCreated"]
    assert "made exhibit E-1.1 from exhibit E-1, whose root is exhibit E-1" in own.lines[0].text


def test_other_exhibits_are_not_told_of() -> None:
    two = [COLLECTED, by(POLICE, COLLECTED, exhibit_number="E-2"), SEALED]
    assert [line.n for line in told(two, number="E-2").lines] == [3]
    assert history(record(two), "E-3") is None
    assert history([], NUMBER) is None


def test_it_is_told_in_mongolian() -> None:
    found = told([*KEPT, RELEASED, by(LAB, RECEIVED, seals=["S-9"])], "mn")
    assert found.lines[0].text.startswith(
        "2026 оны 3 дугаар сарын 2-ны өдрийн 01:00 цаг (UTC): Цагдаагийн ерөнхий газар"
    )
    assert "SEAL_MISMATCH: лац нь бүртгэлд байгаа лац биш" in found.lines[-1].found[0]
    assert found.text()[0].endswith("дугаартай эд мөрийн баримтын түүх")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_admitted_can_be_told(seed: int) -> None:
    chance = random.Random(seed)
    types = [known for known in TYPES if known.stage == "custody"]
    state, entries = CaseWithOrders(STREAM), list[Recorded]()
    for submitted in [event(INDICATED), *(_event(chance.choice(types), number, chance) for number in range(40))]:
        with suppress(Refusal):
            stated = admit(state, submitted, by_name[submitted.type], CONTEXT)
            entries.append(Recorded(submitted, AT, state.version + 1, stated))
            state = evolve(state, entries[-1])
    for language in LANGUAGES:
        for number in ("E-0", "E-1", "E-2", "E-3"):
            found = history(entries, number, language)
            assert found is None or "{" not in "".join(found.text())


@pytest.mark.parametrize(
    ("day", "ending"), [("01", "1-ний"), ("02", "2-ны"), ("14", "14-ний"), ("19", "19-ний"), ("30", "30-ны")]
)
def test_a_mongolian_day_has_the_ending_of_its_number(day: str, ending: str) -> None:
    assert words("mn").day(f"2026-03-{day}") == f"2026 оны 3 дугаар сарын {ending}"
