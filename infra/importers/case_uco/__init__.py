"""CASE/UCO 1.x bundles (JSON-LD): investigative actions and provenance records as events of custody.

`jsonld` reads the file, `bundle` the exhibits, `actions` and `handing` what was done with them, `mapping.toml` says by
what names and codes, `plan` gives the events. Called by `tamga import case`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid5

from infra.importers.case_uco import bundle, jsonld, mapping, plan
from infra.importers.case_uco.performers import Performers
from infra.importers.case_uco.plan import NAMESPACE, Act, Plan

__all__ = ["Act", "Plan", "opening_id", "read"]


def opening_id(case: str) -> str:
    """The id of the event that opens the case of a bundle."""
    return str(uuid5(NAMESPACE, f"opening\0{case}"))


def read(
    path: Path,
    *,
    agency: str,
    laboratory: str,
    key: bytes,
    case: str | None = None,
    performers: Mapping[str, str] | None = None,
    table: Path = mapping.MAPPING,
) -> tuple[Plan, mapping.Table]:
    """The plan of a file for the case, and the table that it was read by.

    Without a case it is derived from the investigation that the bundle names, else from its actions, so that the same
    bundle is always the same case. Raises ImportFileError (`import.not_jsonld`, `import.bad_mapping`), or OSError.
    """
    found = mapping.load(table)
    document = jsonld.load(path)
    read_bundle = bundle.read(document)
    about = [node.id for node in document.of_type("Investigation")] or sorted(
        node.id for node in document.of_type(bundle.ACTION)
    )
    stream = case or str(uuid5(NAMESPACE, "\0".join(("case", agency, *about))))
    signing = Performers(document, agency, laboratory, key, performers or {})
    return plan.make(read_bundle, found, signing, stream), found
