"""Writes `clients/python/tamga_client/events/`: a class for each version of each type that an agency may publish.

Made from `docs/schemas` alone, as anybody could: a module a stage, a frozen dataclass a version
(`IndicatorReportedV1`), the newest under the type's own name too, and a `Literal` for each code list. A field whose
name is a word of Python's ends in `_`.

python tools/client_types.py [--check]
"""

from __future__ import annotations

import json
import keyword
import subprocess
import sys
import textwrap
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from generated import ROOT, settle

CLIENT = "clients/python"
sys.path.insert(0, str(ROOT / CLIENT))

from tamga_client import values  # noqa: E402

SCHEMAS = "docs/schemas"
FOLDER = f"{CLIENT}/tamga_client/events"
NOT_AN_AGENCYS = ("\nPublished never:", "\nPublished when it has fallen due, by the ledger's clock")
"""What the description of a type says that the ledger states or the clock submits."""

KINDS = {get_args(kind)[1].pattern: name for name, kind in vars(values).items() if get_origin(kind) is Annotated}
"""Pattern to the name of its kind in `tamga_client.values`."""

PACKAGE = '''"""The data of each event type, a module a stage: `tamga_client.events.referral.ReferralRequested`.

A class named after a type is its newest version; `…V1`, `…V2` are the versions by number. Written by
`tools/client_types.py` from the published JSON Schemas.
"""
'''
HEAD = '''"""{about}

Written by `tools/client_types.py` from the published JSON Schemas.
"""

from __future__ import annotations

'''


class Version(NamedTuple):
    """A version of a type: `wire`, `stage`, the name of its class without a number, its schema."""

    wire: str
    stage: str
    name: str
    number: int
    schema: Mapping[str, Any]

    @property
    def members(self) -> Mapping[str, Mapping[str, Any]]:
        """The clear fields, required ones first."""
        fields = {name: field for name, field in self.schema["properties"].items() if not name.startswith("_")}
        return dict(sorted(fields.items(), key=lambda item: (item[0] not in self.schema["required"], item[0])))


def versions() -> list[Version]:
    """Every version that an agency may publish, by type and number."""
    found = []
    for file in (ROOT / SCHEMAS).glob("mn.*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        _, _, stage, name, number = schema["title"].split(".")
        if not any(said in schema["description"] for said in NOT_AN_AGENCYS):
            found.append(Version(schema["title"], stage, _camel(name), int(number[1:]), schema))
    return sorted(found, key=lambda version: (version.stage, version.name, version.number))


def code_lists(known: list[Version]) -> dict[tuple[str, str], str]:
    """(class and field) → name of its code list: the field's, and the class's too where lists of that name differ."""
    held: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for version in known:
        for name, field in version.members.items():
            if codes := _item(field).get("enum"):
                held[name][json.dumps(codes)].append((_class(version), name))
    named = {}
    for name, lists in held.items():
        for places in lists.values():
            own = _camel(name) if len(lists) == 1 else f"{places[0][0]}{_camel(name)}"
            named |= dict.fromkeys(places, own)
    return named


def files() -> dict[str, str]:
    """Path to text."""
    known = versions()
    lists = code_lists(known)
    made = {"__init__": PACKAGE, "codes": _codes(known, lists)}
    for stage in sorted({version.stage for version in known}):
        made[stage] = _module(stage, [version for version in known if version.stage == stage], lists)
    return {f"{FOLDER}/{name}.py": _formatted(text) for name, text in made.items()}


def _codes(known: list[Version], lists: Mapping[tuple[str, str], str]) -> str:
    codes = {
        lists[(_class(version), name)]: _item(field)["enum"]
        for version in known
        for name, field in version.members.items()
        if (_class(version), name) in lists
    }
    lines = (f"{name}: TypeAlias = Literal[{', '.join(map(_quoted, codes[name]))}]\n" for name in sorted(codes))
    head = HEAD.format(about="The code lists of the events' fields, each a type of its codes.")
    return f"{head}from typing import Literal, TypeAlias\n\n{''.join(lines)}"


def _module(stage: str, known: list[Version], lists: Mapping[tuple[str, str], str]) -> str:
    bodies = "\n\n".join(_dataclass(version, lists) for version in known)
    newest = {version.name: version for version in known}
    aliases = "\n".join(f'{name} = {_class(version)}\n"""The newest version."""' for name, version in newest.items())
    head = HEAD.format(about=f"What an agency says of the stage `{stage}`.")
    return f"{head}{_imports(bodies, lists)}\n\n{bodies}\n\n{aliases}\n"


def _imports(bodies: str, lists: Mapping[tuple[str, str], str]) -> str:
    words = set(bodies.translate(str.maketrans("[](),|:", "       ")).split())
    wanted = [
        ("collections.abc", words & {"Mapping", "Sequence"}),
        ("typing", words & {"Annotated", "Any"} | {"ClassVar"}),
        ("tamga_client.events.codes", words & set(lists.values())),
        ("tamga_client.values", words & {*KINDS.values(), "Between", "Form", "Items"} | {"EventData"}),
    ]
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in wanted if names]
    return "\n".join(["from dataclasses import dataclass", *lines])


def _dataclass(version: Version, lists: Mapping[tuple[str, str], str]) -> str:
    said = [textwrap.fill(part, 112, break_long_words=False) for part in version.schema["description"].split("\n")]
    text = textwrap.indent("\n".join(said).replace("\\", "\\\\"), "    ").strip()
    lines = [f"class {_class(version)}(EventData):", f'    """{text}\n    """', ""]
    lines += [f"    TYPE: ClassVar[str] = {_quoted(version.wire)}", ""]
    for name, field in version.members.items():
        spelled = f"{name}_" if keyword.iskeyword(name) else name
        kind = _kind(field, lists.get((_class(version), name)))
        lines.append(f"    {spelled}: {kind}" + ("" if name in version.schema["required"] else " | None = None"))
        if "description" in field:
            lines.append(f'    """{field["description"]}"""')
    return "@dataclass(frozen=True, slots=True, kw_only=True)\n" + "\n".join(lines) + "\n"


def _kind(field: Mapping[str, Any], codes: str | None) -> str:
    """The annotation of a field. Raises ValueError for a form of schema that it does not know."""
    match field:
        case {"enum": _}:
            return codes or ""
        case {"type": "array", "items": items}:
            inner = f"Sequence[{_kind(items, codes)}]"
            return f"Annotated[{inner}, Items({field.get('minItems', 0)}, {field['maxItems']})]"
        case {"type": "string", "pattern": pattern}:
            return KINDS.get(pattern) or f"Annotated[str, Form(r{_quoted(pattern)})]"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"Annotated[int, Between({least}, {most})]"
        case {"type": "boolean"}:
            return "bool"
        case {"type": "object", "patternProperties": _}:
            return "Mapping[str, Any]"
    raise ValueError(f"no kind of field is known for the schema {dict(field)}")


def _item(field: Mapping[str, Any]) -> Mapping[str, Any]:
    items: Mapping[str, Any] = field.get("items", field)
    return items


def _class(version: Version) -> str:
    return f"{version.name}V{version.number}"


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _quoted(text: str) -> str:
    return f'"{text}"'


def _formatted(text: str) -> str:
    ruff = [str(Path(sys.executable).with_name("ruff")), "--quiet"]
    name = ["--stdin-filename", f"{FOLDER}/made.py", "-"]
    for step in (["check", "--fix-only", "--select=I"], ["format"]):
        text = subprocess.run(
            [ruff[0], *step, *ruff[1:], *name], cwd=ROOT, input=text, capture_output=True, text=True, check=True
        ).stdout
    return text


if __name__ == "__main__":
    only = f"{FOLDER}/*.py"
    raise SystemExit(settle("client_types", files(), check="--check" in sys.argv[1:], only=only))
