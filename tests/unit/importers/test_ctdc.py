"""What an import of a CTDC file keeps: every row is recorded in the field's codes or reported, and none of it twice."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.importers import codes, ctdc
from infra.importers.record import ImportedRecord, ImportFileError, Problem

ROOT = Path(__file__).parents[3]
REAL = ROOT / "examples" / "data" / "ctdc_14k.csv"
COLLABORATIVE = json.loads((ROOT / "domain/data/codelists_other.json").read_bytes())["ctdc_columns"]["columns"]
EXTRACT = (
    "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,RecruiterCategory,ExploitType,"
    "Labor_Type,ageCategories"
)
LK = "2012,Case Management,Female,LK,1,Threats,Other,Forced Labor,Domestic Work,Age 30-38"
US = "2016,Hotline,Male,US,0,Other,Intimate Partner,Sexual Exploitation,Unknown,Age 9-17"


def _file(folder: Path, *lines: str, end: str = "\n", encoding: str = "utf-8") -> Path:
    path = folder / "rows.csv"
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def _split(found: Iterable[ImportedRecord | Problem]) -> tuple[list[ImportedRecord], list[Problem]]:
    rows = list(found)
    return [r for r in rows if isinstance(r, ImportedRecord)], [r for r in rows if isinstance(r, Problem)]


def _collaborative(folder: Path, *rows: dict[str, str], header: list[str] = COLLABORATIVE) -> Path:
    path = folder / "collaborative.csv"
    stated = {"yearOfRegistration": "2016", "Datasource": "Case Management", "gender": "Female"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="-99")
        writer.writeheader()
        writer.writerows({**stated, **row} for row in rows)
    return path


def _one(folder: Path, **row: str) -> dict[str, object]:
    (record,), problems = _split(ctdc.read(_collaborative(folder, row)))
    assert {p.code for p in problems} <= {"import.column_not_recorded", "import.several_values"}
    return record.data


@pytest.fixture(scope="module")
def real() -> list[ImportedRecord]:
    records, problems = _split(ctdc.read(REAL))
    assert problems == []
    return records


def test_every_row_of_the_real_file_is_one_record(real: list[ImportedRecord]) -> None:
    with REAL.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)][1:]
    assert len(real) == len(rows) == 14_299
    assert (
        len({r.case_id for r in real}) == len({r.event_id for r in real}) == len({r.victim_id for r in real}) == 14_299
    )
    assert sum(r.ordinal == 1 for r in real) == len(set(rows)) == 1_434
    assert [r.line for r in real] == list(range(2, 14_301))


@pytest.mark.parametrize(
    ("field", "column", "code"),
    [
        ("year", "yearOfRegistration", lambda v: v),
        ("sex", "gender", str.lower),
        ("source_kind", "Datasource", lambda v: v.lower().replace(" ", "_")),
        ("citizenship", "citizenship", lambda v: None if v == "0" else v),
        ("forced_labour", "isForcedLabour", {"1": "yes", "0": "no", "-99": "unknown"}.get),
        ("age_broad", "ageCategories", lambda v: v.removeprefix("Age ").replace("-", "--")),
        ("exploitation_types", "ExploitType", lambda v: v.replace(" ", "").replace("Labor", "Labour")),
        ("control_categories", "ControlCategory", str.lower),
        ("labour_type", "Labor_Type", lambda v: v.lower().replace(" ", "_")),
        ("recruiter", "RecruiterCategory", lambda v: v.lower().replace(" ", "_").replace("/", "_")),
    ],
)
def test_counts_of_the_real_file_are_those_of_a_naive_reader(real, field, column, code) -> None:  # type: ignore[no-untyped-def]
    with REAL.open(encoding="utf-8", newline="") as file:
        wanted = Counter(code(row[column]) for row in csv.DictReader(file))
    stated = (r.data.get(field) for r in real)
    found = Counter("+".join(value) if isinstance(value, list) else value for value in stated)
    assert found == wanted


def test_records_hold_fields_and_codes_of_the_catalogue_only(real: list[ImportedRecord]) -> None:
    fields = codes.fields()
    for record in {json.dumps({**r.data, "case_id": "", "victim_id": ""}): r for r in real}.values():
        for name, value in record.data.items():
            if name in ("case_id", "victim_id"):
                assert UUID(str(value)).version == 5
                continue
            kind, is_list, _ = fields[name]
            assert isinstance(value, list) is is_list
            if kind not in ("year", "int", "country"):
                assert set(value if is_list else [value]) <= set(codes.labels(kind))
        assert {name for name, (_, _, required) in fields.items() if required} <= set(record.data)
        assert record.time == f"{record.data['year']}-01-01T00:00:00.000000Z"


def test_a_second_import_of_a_reordered_file_gives_the_same_records(tmp_path: Path, real: list[ImportedRecord]) -> None:
    header, *lines = REAL.read_text(encoding="utf-8").splitlines()
    again, _ = _split(ctdc.read(_file(tmp_path, header, *reversed(lines))))
    assert {r.event_id: r.data for r in again} == {r.event_id: r.data for r in real}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(rows=st.lists(st.sampled_from([LK, US]), min_size=1, max_size=8), data=st.data())
def test_ids_depend_on_content_and_not_on_the_order_of_rows_or_columns(tmp_path, rows, data) -> None:  # type: ignore[no-untyped-def]
    first, _ = _split(ctdc.read(_file(tmp_path, EXTRACT, *rows)))
    columns = data.draw(st.permutations(range(10)))
    shuffled = [",".join(line.split(",")[i] for i in columns) for line in (EXTRACT, *data.draw(st.permutations(rows)))]
    again, _ = _split(ctdc.read(_file(tmp_path, *shuffled)))
    assert {r.event_id: r.data for r in again} == {r.event_id: r.data for r in first}
    assert len({r.case_id for r in first}) == len(rows)


def test_equal_rows_are_told_apart_by_ordinal_alone(tmp_path: Path) -> None:
    records, _ = _split(ctdc.read(_file(tmp_path, EXTRACT, LK, US, LK)))
    assert [r.ordinal for r in records] == [r.data["row"] for r in records] == [1, 1, 2]
    assert len({r.case_id for r in records}) == 3


def test_byte_order_mark_line_ends_quotes_and_case_of_names_change_nothing(tmp_path: Path) -> None:
    plain, _ = _split(ctdc.read(_file(tmp_path, EXTRACT, LK)))
    quoted = ",".join(f'" {cell}"' for cell in LK.split(","))
    other, problems = _split(ctdc.read(_file(tmp_path, EXTRACT.upper(), "", quoted, end="\r\n", encoding="utf-8-sig")))
    assert problems == []
    assert [r.data for r in other] == [r.data for r in plain]
    assert other[0].line == 3


SYNTHETIC = (
    "yearOfRegistration gender ageBroad majorityStatusAtExploit traffickMonths citizenship CountryOfExploitation "
    "meansOfControlDebtBondage meansOfControlTakesEarnings meansOfControlThreats meansOfControlPsychologicalAbuse "
    "meansOfControlPhysicalAbuse meansOfControlSexualAbuse meansOfControlFalsePromises "
    "meansOfControlPsychoactiveSubsta meansOfControlRestrictsMovement meansOfControlRestrictsMedicalCa "
    "meansOfControlExcessiveWorkingHo meansOfControlThreatOfLawEnforce meansOfControlWithholdsNecessiti "
    "meansOfControlWithholdsDocuments meansOfControlOther isForcedLabour isSexualExploit isOtherExploit "
    "typeOfLabourAgriculture typeOfLabourConstruction typeOfLabourDomesticWork typeOfLabourHospitality "
    "typeOfLabourOther typeOfSexProstitution typeOfSexPornography typeOfSexOther recruiterRelationIntimatePartner "
    "recruiterRelationFriend recruiterRelationFamily recruiterRelationOther"
)


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_file_separated_by_commas_tabs_or_semicolons_gives_the_same_records(tmp_path: Path, separator: str) -> None:
    row = ["2012.0", "Female", "09--17", "Minor", "13--24 (1-2 yrs)", "KHM", "THA", "1", "", "0", *[""] * 27]
    header, cells = separator.join(SYNTHETIC.split()), separator.join(row)
    (record,), problems = _split(ctdc.read(_file(tmp_path, "", header, "", cells, encoding="utf-8-sig", end="\r\n")))
    assert (record.line, record.data["dataset"], record.data["age_broad"]) == (4, "ctdc_synthetic", "9--17")
    assert record.data["methods_of_control"] == ["DebtBondage"]
    assert {p.code for p in problems} == {"import.column_not_recorded"}
    quoted = ",".join(f'"{name}"' for name in SYNTHETIC.split())
    again, _ = _split(ctdc.read(_file(tmp_path, quoted, ",".join(row))))
    assert [r.data for r in again] == [record.data]


def test_what_a_row_does_not_state_is_absent_and_never_guessed(tmp_path: Path) -> None:
    (record,), problems = _split(ctdc.read(_file(tmp_path, EXTRACT, "2013,Hotline,-99,0,-99,,-99,,,")))
    assert problems == []
    del record.data["case_id"], record.data["victim_id"]
    assert record.data == {
        "dataset": "ctdc_global_k_anonymised",
        "source_kind": "hotline",
        "year": "2013",
        "sex": "unknown",
        "forced_labour": "unknown",
        "row": 1,
    }


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (LK.replace("2012", ""), "yearOfRegistration", "import.missing_value"),
        (LK.replace("2012", "-99"), "yearOfRegistration", "import.missing_value"),
        (LK.replace("2012", "12"), "yearOfRegistration", "import.bad_year"),
        (LK.replace("2012", "2031"), "yearOfRegistration", "import.bad_year"),
        (LK.replace("2012", "1899"), "yearOfRegistration", "import.bad_year"),
        (LK.replace("2012", "20\uff11\uff12"), "yearOfRegistration", "import.bad_year"),
        (LK.replace("2012", "20\x0012"), "yearOfRegistration", "import.bad_year"),
        (LK.replace("LK", "XX"), "citizenship", "import.unmapped_value"),
        (LK.replace("Threats", "Something else"), "ControlCategory", "import.unmapped_value"),
        (LK.replace(",1,", ",2,"), "isForcedLabour", "import.unmapped_value"),
        (LK.replace("Age 30-38", "Age 30-39"), "ageCategories", "import.unmapped_value"),
        (LK.replace("Case Management", "-99"), "Datasource", "import.missing_value"),
        (LK.rpartition(",")[0], None, "import.row_length"),
        (LK + ",", None, "import.row_length"),
        (
            '2012,"Case Management"x,Female,LK,1,Threats,Other,Forced Labor,Domestic Work,Age 30-38',
            None,
            "import.bad_csv",
        ),
    ],
)
def test_a_bad_row_is_reported_with_line_column_and_reason_and_the_rest_is_read(
    tmp_path: Path, row: str, column: str | None, code: str
) -> None:
    records, problems = _split(ctdc.read(_file(tmp_path, EXTRACT, US, row, US), this_year=2026))
    assert [r.line for r in records] == [2, 4]
    assert [(p.line, p.column, p.code, p.severity) for p in problems] == [(3, column, code, "error")]
    assert problems[0].reason


def test_every_bad_cell_of_a_row_is_reported_and_a_long_value_is_cut(tmp_path: Path) -> None:
    records, problems = _split(ctdc.read(_file(tmp_path, EXTRACT, LK.replace("LK", "Q" * 500).replace("2012", "x"))))
    assert records == []
    assert [p.column for p in problems] == ["yearOfRegistration", "citizenship"]
    assert all(len(p.reason) < 120 for p in problems)


def test_what_is_not_utf8_is_reported_and_never_read_as_something_else(tmp_path: Path) -> None:
    path = _file(tmp_path, EXTRACT, US, LK.replace("Domestic", "D\xf6mestic"), US, encoding="latin-1")
    records, problems = _split(ctdc.read(path))
    assert len(records) == 2
    assert [(p.line, p.column, p.code) for p in problems] == [(3, "Labor_Type", "import.not_utf8")]
    with pytest.raises(ImportFileError) as error:
        list(ctdc.read(_file(tmp_path, EXTRACT, LK, encoding="utf-16")))
    assert error.value.code == "import.not_utf8"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty_file"),
        (b"\xef\xbb\xbf", "import.empty_file"),
        (EXTRACT.replace("Datasource,", "").encode(), "import.missing_column"),
        (EXTRACT.replace("yearOfRegistration", "year").encode(), "import.missing_column"),
        (EXTRACT.replace(",", "|").encode(), "import.missing_column"),
        (b"\n \n", "import.empty_file"),
        (f"{EXTRACT},GENDER".encode(), "import.duplicate_column"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_before_the_first_row(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFileError) as error:
        next(ctdc.read(path))
    assert error.value.code == code


def test_the_separator_is_what_stands_behind_the_first_column(tmp_path: Path) -> None:
    rows = (f'"a;b",{EXTRACT},{"c;" * 20}', f"x,{LK},")
    records, problems = _split(ctdc.read(_file(tmp_path, *rows)))
    assert len(records) == 1
    assert [p.column for p in problems] == ["a;b", "c;" * 20]


def test_an_unknown_column_is_reported_once_and_counts_for_identity(tmp_path: Path) -> None:
    rows = (f"{EXTRACT},comment", f"{LK},a", f"{LK},b")
    records, problems = _split(ctdc.read(_file(tmp_path, *rows)))
    assert [(p.line, p.column, p.code, p.severity) for p in problems] == [
        (1, "comment", "import.column_not_mapped", "warning")
    ]
    assert [r.ordinal for r in records] == [1, 1]


def test_a_column_of_row_numbers_is_no_content(tmp_path: Path) -> None:
    plain, _ = _split(ctdc.read(_file(tmp_path, EXTRACT, LK, LK)))
    numbered, problems = _split(ctdc.read(_file(tmp_path, f",{EXTRACT}", f"7,{LK}", f"8,{LK}")))
    assert problems == []
    assert [r.data for r in numbered] == [r.data for r in plain]


def test_a_column_without_name_that_holds_more_than_numbers_is_reported(tmp_path: Path) -> None:
    rows = (f",{EXTRACT},,", f"1,{LK},,", f"2.0,{US},a remark,", f"3,{US},another,")
    records, problems = _split(ctdc.read(_file(tmp_path, *rows)))
    assert len(records) == 3
    assert [(p.line, p.column, p.code) for p in problems] == [(3, "column 12", "import.column_not_mapped")]
    assert "2 rows" in problems[0].reason


def test_the_collaboratives_63_columns_are_all_recorded_or_accounted_for(tmp_path: Path) -> None:
    assert len(COLLABORATIVE) == 63
    records, problems = _split(ctdc.read(_collaborative(tmp_path, {})))
    assert len(records) == 1
    assert {(p.column, p.code) for p in problems} == {
        (column, "import.column_not_recorded")
        for column in ("majorityStatusAtExploit", "majorityEntry", "CountryOfExploitation")
    }


@pytest.mark.parametrize(
    ("row", "stated"),
    [
        ({"isForcedLabour": "1"}, {"forced_labour": "yes", "exploitation_types": ["ForcedLabour"]}),
        ({"isSexAndLabour": "1"}, {"exploitation_types": ["ForcedLabour", "SexualExploitation"]}),
        ({"isOtherExploit": "1", "isForcedMilitary": "1"}, {"exploitation_types": ["Other"]}),
        ({"isSexualExploit": "0"}, {"exploitation_types": None}),
        ({"typeOfSexPornography": "1"}, {"sex_exploitation_types": ["Pornography"]}),
        (
            {"meansOfControlThreatOfLawEnforcement": "1", "meansOfControlDebtBondage": "1"},
            {"methods_of_control": ["DebtBondage", "ThreatsLawEnforcement"]},
        ),
        ({"meansOfControlThreats": "1"}, {"methods_of_control": None, "control_categories": ["threats"]}),
        ({"meansOfControlRestrictsMovement": "1"}, {"methods_of_control": ["Other"]}),
        ({"typeOfLabourConstruction": "1"}, {"labour_type": "construction", "industry": "F_Construction"}),
        ({"typeOfLabourPeddling": "1"}, {"labour_type": "peddling", "industry": None}),
        ({"typeOfLabourBegging": "1", "typeOfLabourNotSpecified": "1"}, {"labour_type": "begging"}),
        ({"typeOfLabourBegging": "1", "typeOfLabourPeddling": "1"}, {"labour_type": None}),
        ({"recruiterRelationFamily": "1"}, {"recruiter": "family_relative", "relationship_to_trafficker": "Familial"}),
        ({"recruiterRelationUnknown": "1"}, {"recruiter": "not_specified", "relationship_to_trafficker": None}),
        ({"isAbduction": "1"}, {"recruitment_methods": ["Other"]}),
        ({"ageBroad": "9--17"}, {"age_broad": "9--17", "age_band": None}),
        ({"ageBroad": "09--17", "majorityStatus": "Adult"}, {"age_broad": "9--17", "age_band": None}),
        ({"ageBroad": "0--8"}, {"age_broad": "0--8", "age_band": "0-8"}),
        ({"ageBroad": "24-30"}, {"age_broad": None, "age_band": "18+"}),
        ({"majorityStatus": "Adult"}, {"age_broad": None, "age_band": "18+"}),
        ({"majorityStatus": "Minor"}, {"age_broad": None, "age_band": None}),
        ({"citizenship": "00"}, {"citizenship": None}),
        ({"citizenship": "na"}, {"citizenship": "NA"}),
        ({"citizenship": "MNG"}, {"citizenship": "MN"}),
        ({"RecruiterRelationship": "as its columns say"}, {"recruiter": None}),
        ({"typeOfExploitConcatenated": "Forced labour;Other"}, {"exploitation_types": None}),
    ],
)
def test_a_row_of_the_collaborative_becomes_the_nearest_code_or_none(tmp_path: Path, row, stated) -> None:  # type: ignore[no-untyped-def]
    data = _one(tmp_path, **row)
    assert {name: data.get(name) for name in stated} == stated


def test_several_codes_for_a_field_of_one_are_left_out_and_counted(tmp_path: Path) -> None:
    both = {"typeOfLabourBegging": "1", "typeOfLabourPeddling": "1"}
    records, problems = _split(ctdc.read(_collaborative(tmp_path, {}, both, both)))
    assert len(records) == 3
    (report,) = [p for p in problems if p.code == "import.several_values"]
    assert (report.line, report.severity) == (3, "warning")
    assert report.reason.startswith("2 rows")


def test_a_derived_column_is_read_or_reported_where_the_columns_behind_it_are_missing(tmp_path: Path) -> None:
    header = ["yearOfRegistration", "Datasource", "gender", "RecruiterRelationship", "typeOfSexConcatenated"]
    path = _collaborative(tmp_path, {"RecruiterRelationship": "Friend/Acquaintance"}, header=header)
    (record,), problems = _split(ctdc.read(path))
    assert record.data["recruiter"] == "friend_acquaintance"
    assert [(p.column, p.code) for p in problems] == [("typeOfSexConcatenated", "import.column_not_mapped")]


def test_a_country_is_recorded_from_a_k_anonymised_dataset_only(tmp_path: Path) -> None:
    header = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "traffickMonths", "meansDebtBondageEarnings"]
    rows = [{"citizenship": c, "gender": "Woman", "meansDebtBondageEarnings": "1"} for c in ("MNG", "KHM", "")]
    path = _collaborative(tmp_path, *rows, header=[*header, "Datasource"])
    assert {r.data.get("citizenship") for r in _split(ctdc.read(path))[0]} == {"MN", "KH", None}
    text = "\n".join(line.rpartition(",")[0] for line in path.read_text(encoding="utf-8").splitlines())
    path.write_text(text, encoding="utf-8")
    records, _ = _split(ctdc.read(path))
    assert [r.data.get("citizenship_group") for r in records] == ["mongolian", "other", None]
    assert not any("citizenship" in r.data for r in records)
    assert {(r.data["dataset"], r.data["source_kind"], *r.data["control_categories"]) for r in records} == {
        ("ctdc_synthetic", "other", "financial")
    }


def test_the_table_can_be_changed_and_a_mistake_in_it_is_named(tmp_path: Path) -> None:
    table = tmp_path / "table.toml"
    text = ctdc.MAPPING.read_text(encoding="utf-8")
    rows = _file(tmp_path, EXTRACT, LK.replace("Forced Labor", "Bonded Labor"))
    table.write_text(text.replace('"Forced Labor" =', '"Bonded Labor" ='), encoding="utf-8")
    (record,), _ = _split(ctdc.read(rows, mapping=table))
    assert record.data["exploitation_types"] == ["ForcedLabour"]
    for wrong in ('"Forced Labor" = "Forced"', '"Forced Labor" = { kind = "ForcedLabour" }', '"Forced Labor" = 3', "["):
        table.write_text(text.replace('"Forced Labor" = "ForcedLabour"', wrong), encoding="utf-8")
        with pytest.raises(ImportFileError) as error:
            list(ctdc.read(rows, mapping=table))
        assert error.value.code == "import.bad_mapping"


def test_a_file_is_streamed(tmp_path: Path) -> None:
    path = _file(tmp_path, EXTRACT, *[US] * 5_000)
    found = ctdc.read(path)
    assert isinstance(next(found), ImportedRecord)
    with path.open("ab") as file:
        file.write(f"{LK}\n".encode())
    assert sum(1 for _ in found) == 5_000
