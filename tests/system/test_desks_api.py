"""Desks are listed by one mechanism on real servers: an agency's own rows, filtered, sorted, by the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import founding, keys
from infra.api import keys as api_keys
from infra.api.desks import LISTS
from infra.settings import Settings
from projections.all_views import VIEWS
from projections.desk import NEVER
from projections.engine import columns
from system.test_api import CATEGORIES, HOTLINE, POLICE, SECRET, STRANGER, Api, Log, Server, pages, problem

PAST, FUTURE = "2026-01-01T00:00:00.000000Z", "2199-01-01T00:00:00.000000Z"

BAD_QUERIES = {
    f"after={SECRET}": "after",
    "after=WyJcdTAwMDAiXQ": "after",
    f"limit={SECRET}": "limit",
    "case_id=%00": "case_id",
    "officer=%00": "officer",
}


@pytest.fixture
def desks(ledger: Settings, tmp_path: Path) -> Iterator[Api]:
    """The API over a fresh ledger with three agencies, and the views' tables to be filled by hand."""
    found = Api("", ledger, Log())
    registrations = founding.Registrations(ledger, founding.root_signers(ledger))
    for agency, categories in CATEGORIES.items():
        found.signers[agency] = keys.create(tmp_path / f"{agency}.json", f"{agency}-1")
        registrations.enrol(agency, agency, categories, found.signers[agency])
        found.keys[agency] = api_keys.create(ledger.database_url, agency)
    registrations.close()
    for name in {*LISTS, "access", "refusals"}:
        found.sql(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns(VIEWS[name]))})")
    with Server(ledger, found.log) as url:
        found.url = url
        yield found


def add(api: Api, view: str, **values: Any) -> None:
    """A row of which only what matters is said."""
    empty = {"about": "{}", "stays": "[]", "plan_services": "[]", "services_by": "{}", "asked": "[]", "examined": "[]"}
    row = [values.get(name, 0 if kind == "bigint" else empty.get(name, "")) for name, kind in columns(VIEWS[view])]
    api.sql(f"INSERT INTO {view} VALUES ({', '.join(['%s'] * len(row))})", *row)


def work(api: Api, agency: str, case: str, what: str, due: str, **values: Any) -> None:
    """A duty that waits until `due`; NEVER: no time is set; '': it is done."""
    said = {"kind": "duty", "state": "open" if due else "done", "due_at": "" if due == NEVER else due, "waits": due}
    add(api, "worklist", agency=agency, case_id=case, what=what, **(said | values))


def whats(api: Api, agency: str, query: str = "") -> list[str]:
    """What waits, over all pages."""
    found = pages(api, f"/v1/worklist?limit=2{query}", agency, "worklist")
    return [row["what"] for page in found for row in page]


def test_a_worklist_is_sorted_by_what_is_due_first_and_says_what_is_overdue(desks: Api) -> None:
    for what, due in (("d", NEVER), ("b", PAST), ("c", FUTURE), ("done", ""), ("a", PAST), ("e", NEVER)):
        work(desks, POLICE, "c1", what, due, pos=7)
    work(desks, POLICE, "c0", "z", FUTURE, kind="approval")
    work(desks, HOTLINE, "c1", "theirs", PAST)
    work(desks, STRANGER, "c1", "", NEVER, kind="responsible")
    assert whats(desks, POLICE) == ["a", "b", "z", "c", "d", "e"]
    assert whats(desks, POLICE, "&overdue=true") == ["a", "b"]
    assert whats(desks, POLICE, "&overdue=false") == ["z", "c", "d", "e"]
    assert whats(desks, POLICE, "&done=true") == ["done", "a", "b", "z", "c", "d", "e"]
    assert whats(desks, POLICE, "&kind=approval") == ["z"]
    assert whats(desks, POLICE, "&case_id=c1&what=b") == ["b"]
    assert whats(desks, STRANGER) == [""]
    first, *_ = desks.get("/v1/worklist", POLICE).json()["worklist"]
    assert (first["overdue"], first["due_at"], first["about"], first["code"]) == (True, PAST, {}, None)
    assert not {"agency", "waits", "kept"} & first.keys()


def test_officer_and_unit_narrow_to_their_cases_but_for_those_from_which_the_officer_is_recused(desks: Api) -> None:
    for case, assigned, units, recused in (
        ("c1", "|officer-1|", "|unit-1|", ""),
        ("c2", "|officer-1|officer-2|", "|unit-2|", "|officer-1|"),
        ("c3", "", "|unit-1|unit-2|", ""),
    ):
        work(desks, POLICE, case, f"in {case}".replace(" ", "-"), PAST)
        add(desks, "access", agency=POLICE, case_id=case, assigned=assigned, units=units, recused=recused, open=1)
    assert whats(desks, POLICE, "&officer=officer-1") == ["in-c1"]
    assert whats(desks, POLICE, "&officer=officer-2") == ["in-c2"]
    assert whats(desks, POLICE, "&officer=officer") == []
    assert whats(desks, POLICE, "&unit=unit-1") == ["in-c1", "in-c3"]
    assert whats(desks, POLICE, "&unit=unit-2&officer=officer-2") == ["in-c2"]


def test_the_duty_desk_sees_what_others_were_refused_in_codes_alone(desks: Api) -> None:
    work(desks, HOTLINE, "c1", "own", FUTURE)
    for case, by, shown, state, role in (
        ("c2", POLICE, PAST, "marked", "desk"),
        ("c2", STRANGER, PAST, "open", "desk"),
        ("c3", POLICE, FUTURE, "open", "desk"),
        ("c4", POLICE, PAST, "resolved", "desk"),
        ("c5", HOTLINE, PAST, "open", "sender"),
    ):
        add(
            desks, "refusals", agency=HOTLINE, role=role, case_id=case, type="t", by_agency=by, code="case.closed",
            event_id="e", refused_at=PAST, shown_at=shown, times=2, state=state,
        )  # fmt: skip
    assert whats(desks, HOTLINE) == ["t", "t", "own"]
    assert whats(desks, HOTLINE, "&kind=duty_desk") == ["t", "t"]
    both = desks.get("/v1/worklist?kind=duty_desk", HOTLINE).json()["worklist"]
    assert {each["by_agency"] for each in both} == {POLICE, STRANGER}
    row = both[0]
    assert (row["case_id"], row["code"], row["of_event"]) == ("c2", "case.closed", None)
    assert (row["overdue"], row["about"], row["since"]) == (True, {"times": 2}, PAST)
    assert whats(desks, POLICE) == []


def test_occasions_and_examinations_are_added_up_over_linked_cases_that_the_agency_may_see(desks: Api) -> None:
    for case, interviews in (("c1", 2), ("c2", 3), ("c3", 5), ("c4", 9)):
        add(desks, "care", agency=POLICE, case_id=case, victim_id=f"v-{case}", interviews=interviews, examinations=1)
    add(desks, "care", agency=HOTLINE, case_id="c5", victim_id="v-c5", interviews=50)
    for a, b, state, kind, agency in (
        ("c1", "c2", "confirmed", "victim", POLICE),
        ("c2", "c5", "confirmed", "victim", POLICE),
        ("c5", "c3", "confirmed", "victim", POLICE),
        ("c1", "c4", "proposed", "victim", POLICE),
        ("c2", "c4", "confirmed", "suspect", POLICE),
        ("c3", "c4", "confirmed", "victim", HOTLINE),
    ):
        add(
            desks, "links", agency=agency, case_id="p", link_id=str(uuid.uuid4()), state=state, party_kind=kind,
            case_a=a, person_a=f"v-{a}", case_b=b, person_b=f"v-{b}",
        )  # fmt: skip
    rows = [row for page in pages(desks, "/v1/care?limit=1", POLICE, "care") for row in page]
    counts = {row["case_id"]: (row["interviews"], row["interviews_of_person"]) for row in rows}
    assert counts == {"c1": (2, 10), "c2": (3, 10), "c3": (5, 10), "c4": (9, 9)}
    assert {row["examinations_of_person"] for row in rows} == {3, 1}
    assert [row["interviews_of_person"] for row in desks.get("/v1/care", HOTLINE).json()["care"]] == [50]


def test_every_desk_is_listed_to_an_agency_alone_and_answers_a_bad_request_with_a_problem(desks: Api) -> None:
    for name, listed in LISTS.items():
        for agency in (POLICE, HOTLINE):
            for number in range(3):
                add(desks, name, **_row(name, agency, number))
        assert [len(page) for page in pages(desks, f"{listed.path}?limit=2", POLICE, name)] == [2, 1]
        problem(desks.get(listed.path), 401, "auth.missing_key")
        for query, parameter in BAD_QUERIES.items():
            bad = problem(desks.get(f"{listed.path}?{query}", POLICE), 422, "request.invalid")
            assert bad["paths"] == [f"query.{parameter}"], f"{name} {query}"


def _row(name: str, agency: str, number: int) -> dict[str, Any]:
    """A row whose text columns are all different, that waits where rows can wait, and does not serve the fold alone."""
    listed = LISTS[name]
    said: dict[str, Any] = {column.name: "{}" for column in listed.shown if column.is_json}
    texts = (*listed.order, *([listed.shown_by] if listed.shown_by else []))
    said |= {column: f"{column}-{number}" for column in texts if not listed.columns[column].is_number}
    return said | {"agency": agency} | ({listed.waits: FUTURE} if listed.waits else {})


def test_a_row_that_serves_the_fold_alone_is_not_listed(desks: Api) -> None:
    add(desks, "prosecution", **_row("prosecution", POLICE, 1))
    add(desks, "prosecution", **(_row("prosecution", POLICE, 2) | {"stage": ""}))
    found = desks.get("/v1/prosecution", POLICE).json()["prosecution"]
    assert [row["stage"] for row in found] == ["stage-1"]
    assert "known" not in found[0]


def test_a_cursor_with_a_word_for_a_number_is_a_bad_request(desks: Api) -> None:
    work(desks, POLICE, "c1", "a", FUTURE, pos=1)
    work(desks, POLICE, "c1", "a", FUTURE, pos=10)
    work(desks, POLICE, "c1", "a", FUTURE, pos=9)
    found = pages(desks, "/v1/worklist?limit=1", POLICE, "worklist")
    assert [row["pos"] for page in found for row in page] == [1, 9, 10]
    words = "WyJ3IiwiYyIsImR1dHkiLCJ3IiwibmluZSJd"
    assert problem(desks.get(f"/v1/worklist?after={words}", POLICE), 422, "request.invalid")["paths"] == ["query.after"]
