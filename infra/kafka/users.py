"""The brokers' users: their SCRAM credentials and their rights, made to be exactly what is asked.

Granting looks first and changes only what differs, so it may be repeated. Whoever calls needs the rights of an
operator. Used by `infra.provisioning`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError

from infra.kafka.brokers import MECHANISM, Brokers, connecting
from infra.kafka.errors import LogAway, LogFault, told
from infra.kafka.rights import Right, Rights

_KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_PRINCIPAL = "User:"
SETTLE_SECONDS = 10.0


class Users:
    """The users of one cluster."""

    def __init__(self, brokers: Brokers) -> None:
        with connecting(brokers) as options:
            self._admin = KafkaAdminClient(client_id="tamga-users", **options)

    def close(self) -> None:
        """Close the connection."""
        self._admin.close()

    def __enter__(self) -> Users:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known(self) -> set[str]:
        """Everybody who has a password. Raises `LogFault` `kafka.unauthorized`, `LogAway`, like every method here."""
        found = self._ask(self._admin.describe_user_scram_credentials)
        return {user for user, said in found.items() if said["credential_infos"]}

    def granted(self) -> dict[str, set[ACL]]:
        """The rights on the brokers, by user."""
        found: dict[str, set[ACL]] = {}
        for acl in self._ask(self._admin.describe_acls, _all_of(None))[0]:
            found.setdefault(acl.principal.removeprefix(_PRINCIPAL), set()).add(acl)
        return found

    def grant(self, user: str, rights: Rights, had: AbstractSet[ACL]) -> int:
        """Give the user these rights and no others, who `had` some; returns how many were given or taken."""
        wanted = {_acl(user, right) for right in rights}
        if added := list(wanted - had):
            said = self._ask(self._admin.create_acls, added)
            if said["failed"]:
                raise told(said["failed"][0](), "granting rights")
        if taken := had - wanted:
            self._delete([_exactly(acl) for acl in taken])
        return len(wanted ^ had)

    def settle(self, rights: Mapping[str, Rights]) -> None:
        """Wait until the broker goes by these rights: it hears of them a moment after they are granted."""
        wanted = {user: {_acl(user, right) for right in held} for user, held in rights.items() if held}
        deadline = time.monotonic() + SETTLE_SECONDS
        while any(found != self.granted().get(user) for user, found in wanted.items()):
            if time.monotonic() > deadline:
                raise LogAway("the broker does not go by the rights that it was given")
            time.sleep(0.1)

    def set_password(self, user: str, password: str) -> None:
        """Let the user in by this password; one that it had is void."""
        self._alter(UserScramCredentialUpsertion(user, MECHANISM, password), user)

    def remove(self, user: str, *, known: bool) -> None:
        """Take every right, then the password if the user is known."""
        self._delete([_all_of(user)])
        if known:
            self._alter(UserScramCredentialDeletion(user, MECHANISM), user)

    def _alter(self, change: Any, user: str) -> None:
        said = self._ask(self._admin.alter_user_scram_credentials, [change])
        if said.get(user) is not None:
            raise LogFault("kafka.unauthorized", f"the broker does not change the password of {user}: {said[user]}")

    def _delete(self, filters: list[ACLFilter]) -> None:
        for _, _, error in self._ask(self._admin.delete_acls, filters):
            if error.errno:
                raise told(error(), "taking rights")

    def _ask(self, asked: Any, *arguments: Any) -> Any:
        try:
            return asked(*arguments)
        except KafkaError as error:
            raise told(error, "users and rights") from error


def _acl(user: str, right: Right) -> ACL:
    kind = ACLResourcePatternType.PREFIXED if right.prefixed else ACLResourcePatternType.LITERAL
    return ACL(
        principal=f"{_PRINCIPAL}{user}",
        host="*",
        operation=ACLOperation[right.operation.upper()],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(_KINDS[right.resource], right.name, kind),
    )


def _exactly(acl: ACL) -> ACLFilter:
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, acl.resource_pattern)


def _all_of(user: str | None) -> ACLFilter:
    return ACLFilter(
        principal=f"{_PRINCIPAL}{user}" if user is not None else None,
        host=None,
        operation=ACLOperation.ANY,
        permission_type=ACLPermissionType.ANY,
        resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
