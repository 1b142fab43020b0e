"""What an import of an HTCDS workbook keeps: codes go into records, and personal data into nothing at all."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.importers import codes, htcds, htcds_cells
from infra.importers.record import CellError, ImportedRecord, ImportFileError, Problem

TEMPLATE = Path(__file__).parents[3] / "examples" / "data" / "htcds_template_v2.xlsx"
KEY = b"a key of the agency's own"
MARK = "PERSONAL"
DAY = datetime(2019, 5, 4)
ROW = {
    "prs_Gender": "Feminine",
    "prs_Birthdate": datetime(2006, 5, 5),
    "prs_Citizenship": "MN",
    "vic_TraffickingStatus": "Possible victim of trafficking",
    "vic_TraffickinStatusDecisionMakingOrg": "Police",
    "vic_MethodOfRecruitment": "At work; ThroughOnlineSocialNetworks",
    "vic_MethodsOfControl": "Threatens children/family, Debt bondage\nDebtBondage",
    "vic_TypeOfExploitation": "Forced military (by non-state actors)",
    "vic_ForcedLabourIndustry": "Water supply; sewerage, waste management and remediation",
    "vic_TypeOfSexExploitation": "prostitution",
    "cas_Status": "Closed Referred",
    "cas_IncomingReferralDate": DAY,
    "con_Consent": True,
}
PERSONAL = ("prs_FirstName", "prs_SecondName", "prs_Email", "prs_MailingStreet", "cas_IncomingReferralDetails")


def _filled(folder: Path, *rows: dict[str, Any], name: str = "register.xlsx") -> Path:
    """The template with `rows` from its first data row on; columns by the names in its first row."""
    book = openpyxl.load_workbook(TEMPLATE)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line, row in enumerate(rows, start=3):
        for field, value in row.items():
            sheet.cell(line, columns[field], value)
    book.save(folder / name)
    return folder / name


def _sheet(folder: Path, *rows: Iterable[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(folder / "sheet.xlsx")
    return folder / "sheet.xlsx"


def _read(path: Path, **given: Any) -> tuple[list[ImportedRecord], list[Problem]]:
    found = list(htcds.read(path, **{"agency": "ngo", "key": KEY, "this_year": 2026, **given}))
    return [r for r in found if isinstance(r, ImportedRecord)], [r for r in found if isinstance(r, Problem)]


def _errors(problems: list[Problem]) -> list[tuple[int, str | None, str]]:
    return [(p.line, p.column, p.code) for p in problems if p.severity == "error"]


def test_a_filled_row_of_the_template_becomes_one_record_in_htcds_codes(tmp_path: Path) -> None:
    (record,), problems = _read(_filled(tmp_path, ROW))
    assert _errors(problems) == []
    assert record.line == 3
    assert record.time == "2019-01-01T00:00:00.000000Z"
    assert record.data == {
        "case_id": record.case_id,
        "victim_id": record.victim_id,
        "dataset": "htcds_workbook",
        "source_kind": "own_register",
        "year": "2019",
        "row": 1,
        "sex": "female",
        "age_band": "9-13",  # twelve until the day after the referral
        "citizenship_group": "mongolian",
        "trafficking_status": "PossibleVictimOfTrafficking",
        "decided_by": "Police",
        "recruitment_methods": ["AtWork", "ThroughOnlineSocialNetworks"],
        "methods_of_control": ["DebtBondage", "ThreatensChildrenFamily"],
        "exploitation_types": ["ForcedMilitaryByNonStateActors"],
        "industry": "E_WaterSupplySewerageWasteManagement",
        "sex_exploitation_types": ["Prostitution"],
        "case_status": "ClosedReferred",
        "consent_stated": "yes",
    }


def test_the_empty_template_holds_no_record_and_no_problem() -> None:
    assert _read(TEMPLATE) == ([], [])


def test_personal_data_stands_in_no_record_and_no_problem_and_is_reported_once_per_column(tmp_path: Path) -> None:
    row = {**ROW, **dict.fromkeys(PERSONAL, MARK), "cas_ReferringOrganisation": MARK}
    records, problems = _read(_filled(tmp_path, row, row, {**row, "prs_Gender": MARK, "cas_Status": MARK}))
    assert len(records) == 2
    assert MARK not in repr((records, problems))
    assert "2006" not in repr((records, problems))
    reported = [p.column for p in problems if p.code == "import.personal_data"]
    assert len(reported) == len(set(reported)) == len(PERSONAL) + 3  # and birth date, citizenship, referral date
    assert [p.reason for p in problems if p.column == "Sheet1!D1"] == [
        "not recorded: personal data, needs disclosures (3 rows)"
    ]
    assert [p.column for p in problems if p.code == "import.column_not_recorded"] == ["Sheet1!AC1"]


def test_an_id_needs_the_agencys_key(tmp_path: Path) -> None:
    path = _filled(tmp_path, {**ROW, "prs_FirstName": MARK})
    ids = {
        _read(path, agency=agency, key=key)[0][0].case_id
        for agency in ("ngo", "police")
        for key in (KEY, b"another key, as long")
    }
    assert len(ids) == 4
    with pytest.raises(ValueError, match="16 bytes"):
        _read(path, key=b"short")


def test_a_second_import_of_a_reordered_workbook_gives_the_same_records(tmp_path: Path) -> None:
    other = {**ROW, "prs_Gender": "Masculine"}
    first, _ = _read(_filled(tmp_path, ROW, other, ROW))
    again, _ = _read(_filled(tmp_path, other, {}, ROW, ROW))
    assert [r.line for r in again] == [3, 5, 6]
    assert {r.event_id: r.data for r in again} == {r.event_id: r.data for r in first}
    assert len({r.case_id for r in first}) == 3


def test_columns_are_found_by_name_or_label_in_any_order_and_sheet(tmp_path: Path) -> None:
    path = _sheet(
        tmp_path,
        ["a register"],
        [],
        ["Trafficking Status", "remarks", "INCOMING REFERRAL DATE", "vic_relationshiptotrafficker", "Gender"],
        ["ActualVictimOfTrafficking", MARK, "2018-02-01", "Unacquainted", "Not Specified/Unknown"],
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("notes").append([MARK])
    book.save(path)
    (record,), problems = _read(path)
    assert record.line == 4
    assert record.data["trafficking_status"] == "ActualVictimOfTrafficking"
    assert record.data["relationship_to_trafficker"] == "Unaquainted"
    assert (record.data["year"], record.data["sex"]) == ("2018", "unknown")
    assert [(p.column, p.code) for p in problems] == [
        ("Sheet!B3", "import.column_not_mapped"),
        ("Sheet!C3", "import.personal_data"),
        ("notes!A1", "import.sheet_not_read"),
    ]
    assert MARK not in repr(problems)


@pytest.mark.parametrize(
    ("change", "cell", "code"),
    [
        ({"prs_Gender": MARK}, "H4", "import.unmapped_value"),
        ({"prs_Gender": 7.5}, "H4", "import.wrong_kind"),
        ({"vic_MethodsOfControl": f"Debt bondage; {MARK}"}, "W4", "import.unmapped_value"),
        ({"cas_Status": "Active; Closed"}, "AB4", "import.unmapped_value"),
        ({"cas_Status": DAY}, "AB4", "import.wrong_kind"),
        ({"cas_Status": '=CONCATENATE("Active")'}, "AB4", "import.wrong_kind"),
        ({"prs_Citizenship": "XX"}, "I4", "import.unmapped_value"),
        ({"prs_Citizenship": 496}, "I4", "import.wrong_kind"),
        ({"con_Consent": "perhaps"}, "F4", "import.unmapped_value"),
        ({"cas_IncomingReferralDate": "04/05/2019"}, "AD4", "import.bad_date"),
        ({"cas_IncomingReferralDate": 43589}, "AD4", "import.wrong_kind"),
        ({"cas_IncomingReferralDate": datetime(2031, 1, 1)}, "AD4", "import.bad_year"),
        ({"prs_Birthdate": datetime(2020, 1, 1)}, "G4", "import.bad_date"),
        ({"prs_Birthdate": datetime(1850, 1, 1)}, "G4", "import.bad_date"),
        ({"prs_Birthdate": MARK}, "G4", "import.bad_date"),
        ({"cas_IncomingReferralDate": None}, "A4", "import.missing_year"),
    ],
)
def test_a_bad_cell_is_reported_with_its_place_and_never_its_value(
    tmp_path: Path, change: dict[str, Any], cell: str, code: str
) -> None:
    records, problems = _read(_filled(tmp_path, ROW, {**ROW, **change}, ROW))
    assert [r.line for r in records] == [3, 5]
    assert _errors(problems) == [(4, f"Sheet1!{cell}", code)]
    assert MARK not in repr(problems)


def test_every_bad_cell_of_a_row_is_reported(tmp_path: Path) -> None:
    _, problems = _read(_filled(tmp_path, {**ROW, "prs_Gender": MARK, "cas_Status": MARK}))
    assert _errors(problems) == [
        (3, "Sheet1!AB3", "import.unmapped_value"),
        (3, "Sheet1!H3", "import.unmapped_value"),
    ]


@pytest.mark.parametrize(
    ("dates", "default", "year"),
    [
        ({"cas_IncomingReferralDate": DAY, "cas_OutgoingReferralDate": datetime(2020, 1, 1)}, 2001, "2019"),
        ({"cas_OutgoingReferralDate": date(2020, 1, 1)}, 2001, "2020"),
        ({"cas_OutgoingReferralDate": "2020-01-01"}, None, "2020"),
        ({}, 2001, "2001"),
    ],
)
def test_the_year_is_that_of_the_first_referral_date_else_the_one_given(
    tmp_path: Path, dates: dict[str, Any], default: int | None, year: str
) -> None:
    (record,), _ = _read(_filled(tmp_path, {"prs_Gender": "Feminine", **dates}), default_year=default)
    assert record.data["year"] == year


@pytest.mark.parametrize(
    ("birth", "registered", "age", "band"),
    [
        (datetime(2006, 5, 5), datetime(2019, 5, 4), None, "9-13"),
        (datetime(2001, 5, 5), datetime(2019, 5, 4), None, "14-17"),
        (datetime(2001, 5, 4), datetime(2019, 5, 4), None, "18+"),
        (datetime(2001, 5, 4), datetime(2019, 5, 4), 12, "18+"),
        (None, datetime(2019, 5, 4), 12, "9-13"),
        (None, datetime(2019, 5, 4), None, None),
        (datetime(2000, 1, 1), None, None, "14-17"),  # the year given below is 2015: 15 all year
        (datetime(1997, 6, 1), None, None, None),  # 17 before June, 18 after
    ],
)
def test_an_age_band_is_given_only_where_it_is_certain(
    tmp_path: Path, birth: datetime | None, registered: datetime | None, age: int | None, band: str | None
) -> None:
    header = ["prs_Gender", "prs_Birthdate", "cas_IncomingReferralDate", "vic_AgeWhenTrafficked"]
    path = _sheet(tmp_path, header, ["Feminine", birth, registered, age])
    (record,), _ = _read(path, default_year=2015)
    assert record.data.get("age_band") == band


@given(st.integers(0, 120))
def test_every_age_has_one_band_and_a_child_is_never_an_adult(age: int) -> None:
    assert htcds_cells.band(age) in codes.labels("age_band")
    assert (htcds_cells.band(age) == "18+") == (age >= 18)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.none()))
def test_no_cell_is_refused_with_its_own_value_or_with_another_exception(cell: object) -> None:
    table = htcds_cells.load(htcds.MAPPING)
    readers = [
        htcds_cells.day,
        htcds_cells.years,
        lambda value: htcds_cells.citizenship_group(value, table.citizenship_values),
        *(lambda v, c=c: htcds_cells.choose(v, c, several=True) for _, c in table.choices.values()),
    ]
    assert not [reason for reader in readers if (reason := _refused_with(reader, cell)) and _tells(reason, cell)]


def _refused_with(reader: Callable[[object], object], cell: object) -> str | None:
    try:
        reader(cell)
    except CellError as error:
        return f"{error} {error.reason} {error.code}"
    return None


def _tells(reason: str, cell: object) -> bool:
    value = htcds_cells.text(cell)
    return len(value) > 5 and value in reason


def test_a_citizenship_is_a_group_and_never_a_country(tmp_path: Path) -> None:
    cells = {"CHN; MN": "mongolian", "ru": "other", "Stateless, Unknown": "stateless", "Монгол": "mongolian"}
    records, _ = _read(_filled(tmp_path, *({**ROW, "prs_Citizenship": cell} for cell in cells)))
    assert [r.data["citizenship_group"] for r in records] == list(cells.values())
    assert not any("citizenship" in r.data for r in records)


def test_every_field_of_htcds_stands_in_the_table_once() -> None:
    table = htcds_cells.load(htcds.MAPPING)
    raw = tomllib.loads(htcds.MAPPING.read_text(encoding="utf-8"))
    fields = codes.htcds_fields()
    assert len(fields) == 83
    assert set(table.choices) | set(table.left_out) == set(fields)
    assert not set(table.choices) & set(table.left_out)
    assert not set(raw["personal"]["fields"]) & set(raw["not_recorded"])
    assert set(table.aliases.values()) <= set(fields)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["a", "b"], ["c", "d"]], "import.missing_column"),
        ([["org_Name", "org_Type", "org_Phone"], ["x", "NGO", "y"]], "import.missing_column"),
        ([["prs_Gender", "Gender", "cas_Status"]], "import.duplicate_column"),
    ],
)
def test_a_workbook_without_a_usable_header_is_refused_whole(tmp_path: Path, rows: list[list[str]], code: str) -> None:
    with pytest.raises(ImportFileError) as error:
        _read(_sheet(tmp_path, *rows))
    assert error.value.code == code


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    path.write_bytes(b"no zip")
    with pytest.raises(ImportFileError) as error:
        _read(path)
    assert error.value.code == "import.not_a_workbook"


def test_a_damaged_sheet_is_refused_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(_filled(tmp_path, ROW)) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content)
    with pytest.raises(ImportFileError) as error:
        _read(path)
    assert error.value.code == "import.not_a_workbook"


@pytest.mark.parametrize("year", [-5, 0, 1899, 2027, 99_999])
def test_a_year_for_rows_that_state_none_is_one_that_a_row_may_state(tmp_path: Path, year: int) -> None:
    with pytest.raises(ImportFileError, match="1900 to 2026") as error:
        _read(_filled(tmp_path, ROW), default_year=year)
    assert error.value.code == "import.bad_year"


def test_a_cell_that_is_merged_with_others_is_reported_and_its_row_not_recorded(tmp_path: Path) -> None:
    header = ["prs_Gender", "prs_Citizenship", "cas_IncomingReferralDate", "remarks"]
    path = _sheet(
        tmp_path, ["a register"], header, ["Female", "MN", DAY], [None, "MN", DAY], [None], ["Male", "MN", DAY]
    )
    book = openpyxl.load_workbook(path)
    for area in ("A1:D1", "A3:A4", "B6:C6", "D3:D6"):
        book.active.merge_cells(area)
    book.save(path)
    records, problems = _read(path)
    assert [record.line for record in records] == [3]
    assert _errors(problems) == [
        (4, "Sheet!A4", "import.merged_cells"),
        (6, "Sheet!C6", "import.merged_cells"),
        (6, "Sheet!A6", "import.missing_year"),
    ]


def _broken(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Write the workbook again with one part of it changed."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, change(good.read(name)) if name == part else good.read(name))


def _flagged(path: Path, offset: int, value: int) -> None:
    """Set a byte of every member's header: 6 is its flags, 8 its compression."""
    raw = bytearray(path.read_bytes())
    for start, at in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        for found in re.finditer(re.escape(start), bytes(raw)):
            raw[found.start() + at] = value
    path.write_bytes(raw)


def _scrambled(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    at = raw.find(b"xl/worksheets/sheet1.xml") + 40
    raw[at : at + 20] = bytes(byte ^ 0xFF for byte in raw[at : at + 20])
    path.write_bytes(raw)


SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
DAMAGES: dict[str, Callable[[Path], None]] = {
    "a password on each part": lambda path: _flagged(path, 6, 1),
    "an unknown compression": lambda path: _flagged(path, 8, 99),
    "compressed bytes changed": _scrambled,
    "no list of parts": lambda path: _broken(path, "[Content_Types].xml", lambda _: b"<x/>"),
    "an empty fill": lambda path: _broken(path, STYLES, lambda raw: re.sub(rb"<fill>.*?</fill>", b"<fill/>", raw)),
    "a style without number": lambda path: _broken(path, STYLES, lambda raw: raw.replace(b'fontId="0"', b'fontId="x"')),
    "rows out of order": lambda path: _broken(path, SHEET, lambda raw: raw.replace(b'<row r="3"', b'<row r="2"')),
    "a text that is not there": lambda path: _broken(
        path, SHEET, lambda raw: raw.replace(b't="inlineStr"><is><t>Feminine</t></is>', b't="s"><v>99999</v>')
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_whatever_is_wrong_with_a_workbook_is_one_clear_error(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = _filled(tmp_path, ROW)
    damage(path)
    with pytest.raises(ImportFileError) as error:
        _read(path)
    assert error.value.code == "import.not_a_workbook"


def test_a_workbook_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _read(tmp_path / "none.xlsx")
