"""The brokers follow the registry: each active agency has a user with an agency's rights, nobody else's user stays.

The ledger's own processes have users of their own. A password is drawn here, written to `<data>/keys/kafka` (mode 0600)
and known to the broker as a salted hash alone; run again, everything that is right already stays as it is. Called by
`tamga provision` and by `tamga up` for the brokers that it starts.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from domain.registry import Registry
from infra import bootstrap
from infra.bootstrap import NotConfiguredError
from infra.kafka.rights import (
    PROCESSES,
    Rights,
    agencies_prefix,
    of_agency,
    user_of,
    user_of_process,
)
from infra.kafka.topics import Topics
from infra.kafka.users import Users
from infra.local.folders import own_folder, write_secret
from infra.registrations import RegistrationError
from infra.settings import Settings


class Provisioned(NamedTuple):
    """A user: whose it is, what became of the password (`kept`, `made`, `rotated`, `removed`), rights that changed."""

    holder: str
    user: str
    password: str
    changed: int
    password_file: Path | None


class _Wanted(NamedTuple):
    holder: str
    user: str
    rights: Rights


def provision(
    settings: Settings, *, agencies: Collection[str] = (), processes: Collection[str] = (), rotate: bool = False
) -> list[Provisioned]:
    """Provision those named; without a name every process and every agency.

    Raises `NotConfiguredError` where brokers take everybody, `RegistrationError` for a stranger, `LogFault`, `LogAway`.
    """
    bootstrap.require(settings, "kafka_bootstrap", "ledger_id", "roots_digest")
    if not settings.brokers.secured:
        raise NotConfiguredError("these brokers take everybody: TAMGA_KAFKA_SECURITY_PROTOCOL is PLAINTEXT")
    registry = bootstrap.open_registry(settings)
    registry.log.close()
    everybody = not agencies and not processes
    if strangers := sorted(set(processes) - PROCESSES.keys()):
        raise NotConfiguredError(f"{strangers[0]} is no process: {', '.join(PROCESSES)}")
    with Users(settings.brokers) as users:
        round_ = _Round(settings, users, registry.registry, rotate=rotate)
        return round_.serve(PROCESSES if everybody else processes, None if everybody else agencies)


def password_file(settings: Settings, user: str) -> Path:
    """Where the user's password lies."""
    return settings.data.absolute() / "keys" / "kafka" / f"{user}.password"


def as_process(settings: Settings, process: str) -> Settings:
    """The settings with which a process that was provisioned runs."""
    user = user_of_process(process, settings.topics)
    return settings.model_copy(update={"kafka_user": user, "kafka_password_file": password_file(settings, user)})


class _Round:
    """What the brokers have, read once, and what is to be changed of it."""

    def __init__(self, settings: Settings, users: Users, registry: Registry, *, rotate: bool) -> None:
        self._settings, self._topics, self._users, self._rotate = settings, settings.topics, users, rotate
        self._registry, self._view = registry, registry.view()
        self._granted, self._known = users.granted(), users.known()

    def serve(self, processes: Collection[str], agencies: Collection[str] | None) -> list[Provisioned]:
        """Provision these; `None` is every agency, and the end of each user whose agency is not active."""
        wanted = [_Wanted(p, user_of_process(p, self._topics), PROCESSES[p](self._topics)) for p in processes]
        active = [agency for agency in self._named(agencies) if self._view.is_active(agency)]
        wanted += [_Wanted(a, user_of(a, self._topics), of_agency(a, self._topics)) for a in active]
        self._make_feeds(active)
        done = [self._remove(agency) for agency in self._ended(agencies, active)]
        done += [self._serve(one) for one in wanted]
        self._users.settle({one.user: one.rights for one in wanted})
        return done

    def _named(self, agencies: Collection[str] | None) -> list[str]:
        if agencies is None:
            return sorted(self._registry.agencies)
        for agency in agencies:
            if agency not in self._registry.agencies:
                raise RegistrationError(f"{agency} is not enrolled: see `tamga agency list`")
        return sorted(agencies)

    def _ended(self, agencies: Collection[str] | None, active: list[str]) -> list[str]:
        """The agencies that have a user and are not active."""
        prefix = agencies_prefix(self._topics)
        have = {user.removeprefix(prefix) for user in self._known | self._granted.keys() if user.startswith(prefix)}
        return sorted(agency for agency in have - set(active) if agencies is None or agency in agencies)

    def _make_feeds(self, agencies: list[str]) -> None:
        with Topics(self._settings.brokers) as topics:
            there = topics.names()
            for feed in (self._topics.feed(agency) for agency in agencies):
                if feed not in there:
                    topics.ensure_feed(feed, like=self._topics.ledger)

    def _serve(self, one: _Wanted) -> Provisioned:
        file = password_file(self._settings, one.user)
        password = self._password(one.user, file)
        changed = self._users.grant(one.user, one.rights, self._granted.get(one.user, set()))
        return Provisioned(one.holder, one.user, password, changed, file)

    def _remove(self, agency: str) -> Provisioned:
        user = user_of(agency, self._topics)
        self._users.remove(user, known=user in self._known)
        password_file(self._settings, user).unlink(missing_ok=True)
        return Provisioned(agency, user, "removed", len(self._granted.get(user, ())), None)

    def _password(self, user: str, file: Path) -> str:
        """A new one lies beside the file until the broker has it, so that a run which was interrupted goes on."""
        own_folder(file.parent).chmod(0o700)
        fresh = file.with_name(f"{file.name}.next")
        had = file.exists()
        if had and not self._rotate and not fresh.exists():
            if user in self._known:
                return "kept"
            self._users.set_password(user, file.read_text(encoding="utf-8").strip())
            return "made"
        if not fresh.exists():
            write_secret(fresh, secrets.token_urlsafe(32) + "\n")
        self._users.set_password(user, fresh.read_text(encoding="utf-8").strip())
        fresh.replace(file)
        return "rotated" if had else "made"
