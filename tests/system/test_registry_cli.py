"""The registry from the command line: a change is a record that enough root keys have signed, at once or in turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domain.registry import View
from infra import clock, founding, keys
from infra.bootstrap import World
from infra.settings import Settings
from system.filled import enrolled
from system.running import Tamga, running
from system.test_cli import CASE, HOTLINE, event

REGISTRAR = "infra.entry.registrar"
POLICE = "mn.npa"


def view(world: World) -> View:
    """The registry as it stands now."""
    world.registry.refresh()
    return world.registry.registry.view()


def test_a_ledger_is_founded_with_three_root_keys_of_which_two_must_sign(ledger: Settings, tamga: Tamga) -> None:
    code, shown = tamga("registry", "show")
    assert (code, shown["roots"]["threshold"], len(shown["roots"]["keys"])) == (0, 2, 3)
    assert [file.stem for file in ledger.root_key_files] == ["root-1", "root-2", "root-3"]
    assert shown["ignored"] == 0


def test_units_mandates_and_recusals(world: World, tamga: Tamga) -> None:
    tamga("agency", "add", POLICE)
    tamga("agency", "add", "mn.opg")
    basis = ["--text", "law_on_combating_tip_2012", "--article", "9.4"]
    done = [
        ("add-unit", POLICE, "house", "--name", "Shelter of the police"),
        ("add-unit", POLICE, "ocd"),
        ("suspend", POLICE, "--unit", "ocd"),
        ("grant", POLICE, *basis, "--type", "referral.ReferralAccepted", "--unit", "house", "--from", "2026-01-01"),
        ("withdraw", POLICE, *basis, "--type", "identification.VictimPresumed"),
        ("set-categories", POLICE, "--category", "police", "--category", "border"),
        ("recuse", POLICE, "officer-7"),
        ("name-successor", POLICE, "mn.opg"),
    ]
    for arguments in done:
        assert tamga("agency", *arguments)[0] == 0, arguments
    now = view(world)._replace(at=clock.now())
    assert [now.unit_standing(POLICE, unit) for unit in ("house", "ocd", "other")] == ["active", "suspended", "unknown"]
    assert now.may_publish(POLICE, "house", "referral.ReferralAccepted", frozenset())
    assert not now.may_publish(POLICE, "house", "identification.VictimPresumed", frozenset({"police"}))
    assert now.categories(POLICE) == {"police", "border"}
    assert (now.is_recused(POLICE, "officer-7"), now.successor(POLICE)) == (True, "mn.opg")
    assert tamga("agency", "close-unit", POLICE, "nowhere")[0] == 1
    assert tamga("agency", "grant", POLICE, *basis, "--type", "no.Such")[0] == 2
    _, shown = tamga("registry", "show")
    assert [(m["granted"], m["unit"], m["types"]) for m in shown["mandates"]] == [
        (True, "house", ["referral.ReferralAccepted"]),
        (False, None, ["identification.VictimPresumed"]),
    ]
    assert shown["ignored"] == 0, "what would be ignored is not published"


def test_deadlines_and_witnesses(world: World, tamga: Tamga) -> None:
    key = "A" * 43
    assert tamga("registry", "set-deadline", "referral_response", "PT30M", "--grade", "emergency")[0] == 0
    assert tamga("registry", "set-deadline", "lunch", "PT30M")[0] == 2
    assert tamga("registry", "set-deadline", "reroute", "soon")[0] == 1
    assert tamga("registry", "add-witness", "university", key)[0] == 0
    assert view(world).deadline("referral_response", "emergency").total_seconds() == 1800
    assert list(view(world).witnesses()) == ["university"]
    assert tamga("registry", "reset-deadline", "referral_response", "--grade", "emergency")[0] == 0
    assert tamga("registry", "remove-witness", "university")[0] == 0
    assert view(world).deadline("referral_response", "emergency").total_seconds() == 3600
    assert not view(world).witnesses()


@pytest.fixture
def holders(ledger: Settings, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of the root keys, none of which is held where the commands run."""
    monkeypatch.setenv("TAMGA_ROOT_KEYS", "")
    return list(ledger.root_key_files)


def test_a_proposal_goes_from_holder_to_holder_until_enough_have_signed(
    world: World, tamga: Tamga, holders: list[Path], tmp_path: Path
) -> None:
    file = tmp_path / "agency.json"
    assert tamga("agency", "add", POLICE)[0] == 2, "no root key is held here"
    code, made = tamga("agency", "add", POLICE, "--propose", file)
    assert (code, Path(made["key_file"]).exists()) == (0, True)
    assert tamga("agency", "add", POLICE, "--propose", file)[0] == 2, "the file is there already"
    assert tamga("registry", "publish", file)[0] == 1, "nobody has signed"
    code, signed = tamga("registry", "sign", file, "--key", holders[2])
    assert (code, signed["subject"], signed["signed_by"]) == (0, POLICE, ["root-3"])
    tamga("registry", "sign", file, "--key", holders[2])
    assert tamga("registry", "publish", file)[0] == 1, "the same key counts once"
    assert POLICE not in world.registry.registry.agencies
    tamga("registry", "sign", file, "--key", holders[0])
    code, published = tamga("registry", "publish", file)
    assert (code, published["signed_by"]) == (0, ["root-3", "root-1"])
    assert view(world).is_active(POLICE)
    assert tamga("registry", "publish", file)[0] == 1, "it is enrolled already"
    assert world.registry.registry.ignored == 0


def test_roots_change_when_enough_of_the_old_and_of_the_new_have_signed(
    world: World, tamga: Tamga, holders: list[Path], tmp_path: Path
) -> None:
    fresh = [tmp_path / f"root-{n}.json" for n in (4, 5)]
    public = [tamga("registry", "new-key", file)[1] for file in fresh]
    file = tmp_path / "roots.json"
    named = [word for one in public for word in ("--root", f"{one['kid']}={one['key']}")]
    assert tamga("registry", "change-roots", "--threshold", "2", *named, "--propose", file)[0] == 0
    for key in (*holders[:2], fresh[0]):
        tamga("registry", "sign", file, "--key", key)
    assert tamga("registry", "publish", file)[0] == 1, "one of the new root keys is missing"
    tamga("registry", "sign", file, "--key", fresh[1])
    assert tamga("registry", "publish", file)[0] == 0
    assert sorted(tamga("registry", "show")[1]["roots"]["keys"]) == ["root-4", "root-5"]
    suspended = tmp_path / "suspended.json"
    data = json.dumps({"deadline": "reroute", "after": "PT1H"})
    ledger_id = world.settings.ledger_id
    signers = [word for one in holders[:2] for word in ("--key", one)]
    tamga("registry", "propose", "deadline_set.v1", ledger_id, suspended, "--data", data, *signers)
    assert tamga("registry", "publish", suspended)[0] == 1, "the old root keys speak no more"
    for key in fresh:
        tamga("registry", "sign", suspended, "--key", key)
    assert tamga("registry", "publish", suspended)[0] == 0
    assert tamga("verify")[1]["holds"]


def test_a_rotation_that_is_proposed_keeps_the_old_key_file_until_it_is_published(
    ledger: Settings, tamga: Tamga, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tamga("agency", "add", POLICE)
    monkeypatch.setenv("TAMGA_ROOT_KEYS", str(ledger.root_key_files[0]))
    file, mine = tmp_path / "rotated.json", ledger.data / "keys" / f"{POLICE}.json"
    assert tamga("agency", "rotate-key", POLICE)[0] == 1, "one of the root keys is not enough"
    assert tamga("agency", "rotate-key", POLICE, "--propose", file)[0] == 0
    assert keys.load(mine).kid == "mn.npa-1"
    tamga("registry", "sign", file, "--key", ledger.root_key_files[1])
    assert tamga("registry", "publish", file)[0] == 0
    code, rotated = tamga("agency", "rotate-key", POLICE)
    assert (code, rotated["kid"], keys.load(mine).kid) == (0, "mn.npa-2", "mn.npa-2")


def test_what_a_compromised_key_signed_is_shown_as_disputed_and_holds(
    ledger: Settings, tamga: Tamga, tmp_path: Path
) -> None:
    enrolled(ledger)
    file, key = tmp_path / "event.json", ledger.data / "keys" / f"{HOTLINE}.json"
    file.write_text(json.dumps(event()))
    with running(REGISTRAR, ledger, tmp_path / "r.log"):
        code, admitted = tamga("submit", file, "--key", key)
    assert (code, admitted["outcome"]) == (0, "admitted")
    assert tamga("agency", "mark-compromised", HOTLINE, f"{HOTLINE}-1", "2026-01-01")[0] == 0
    code, record = tamga("verify")
    assert (code, record["holds"], [(d["partition"], d["kid"]) for d in record["disputed"]]) == (
        0, True, [(int(admitted["position"][0]), f"{HOTLINE}-1")],
    )  # fmt: skip
    assert [entry["disputed"] for entry in tamga("show", CASE)[1]["entries"]] == [True]
    assert tamga("registry", "show")[1]["compromised"] == [
        {"kid": f"{HOTLINE}-1", "since": "2026-01-01T00:00:00.000000Z"}
    ]
    assert tamga("agency", "add-key", HOTLINE, "--not-after", "2099-01-01")[1]["kid"] == f"{HOTLINE}-2"


def test_a_ledger_that_was_founded_with_one_root_key_keeps_it(services: Any, database: str, tmp_path: Path) -> None:
    keys.create(tmp_path / "keys" / "root.json", "root-1")
    settings = Settings(
        kafka_bootstrap=services.bootstrap, database_url=database, topic_prefix=f"t{database[-12:]}", data=tmp_path
    )
    settings = founding.found(settings, tmp_path, partitions=1)
    assert [file.name for file in settings.root_key_files] == ["root.json"]
    registrations = founding.Registrations(settings, founding.root_signers(settings))
    roots = registrations.registry.roots
    registrations.close()
    assert roots is not None
    assert roots.threshold == 1


def test_a_ledger_that_stands_starts_again_where_its_root_keys_lie_elsewhere(ledger: Settings) -> None:
    for file in ledger.root_key_files:
        file.unlink()
    again = founding.found(ledger.model_copy(update={"root_keys": ""}), ledger.data)
    assert (again.ledger_id, again.root_keys) == (ledger.ledger_id, "")
    assert not any(file.exists() for file in ledger.root_key_files), "no key is drawn for a ledger that has its roots"


def test_registrars_come_and_go(world: World, tamga: Tamga) -> None:
    assert tamga("registry", "add-registrar", "registrar-2", "A" * 43)[0] == 0
    assert tamga("registry", "revoke-registrar", "registrar-2")[0] == 0
    assert tamga("registry", "revoke-registrar", "registrar-2")[0] == 1
    reg = view(world).reg
    assert [world.registry.seal_key("registrar-2", n) is not None for n in (reg - 1, reg)] == [True, False]
