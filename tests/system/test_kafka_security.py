"""On secured brokers an agency writes submissions and reads its own feed; everything else that is tried is refused.

The brokers run with TLS, SCRAM and the authorizer; each process of the ledger runs as its own user.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
    TopicDeletionDisabledError,
    TransactionalIdAuthorizationFailedError,
)

from domain.record.signing import SeedSigner
from infra import enrolment, founding, provisioning
from infra.api import keys as api_keys
from infra.kafka.append import Appender
from infra.kafka.brokers import MECHANISM, Brokers, connecting
from infra.kafka.errors import LogFault
from infra.kafka.log import PartitionLog
from infra.kafka.rights import PROCESSES, groups_of, of_agency, user_of, user_of_process
from infra.kafka.topics import Topics
from infra.kafka.users import Users
from infra.local.certificates import Authority
from infra.local.folders import write_secret
from infra.local.kafka import LocalKafka
from infra.local.ledger import as_settings
from infra.settings import Settings
from system.conftest import Services
from system.filled import enrolled
from system.running import environment, rows, running, until

ROOT = Path(__file__).parents[2]
AGENCY, OTHER = "mn.hotline108", "mn.npa"

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Secured(NamedTuple):
    """A founded, provisioned ledger on secured brokers, as their operator."""

    settings: Settings
    kafka: LocalKafka
    signers: dict[str, SeedSigner]

    def user(self, user: str) -> Brokers:
        """The brokers, as a user that was provisioned."""
        file = provisioning.password_file(self.settings, user)
        return replace(self.settings.brokers, user=user, password_file=file)

    def agency(self, agency: str = AGENCY) -> Brokers:
        """The brokers, as an agency."""
        return self.user(user_of(agency, self.settings.topics))

    def process(self, name: str) -> Brokers:
        """The brokers, as a process."""
        return self.user(user_of_process(name, self.settings.topics))

    def password(self, agency: str = AGENCY) -> str:
        """The agency's password."""
        return provisioning.password_file(self.settings, user_of(agency, self.settings.topics)).read_text("utf-8")


@pytest.fixture(scope="module")
def secured(services: Services) -> Iterator[Secured]:
    """Brokers of their own; the database server is the run's."""
    folder = Path(tempfile.mkdtemp(prefix="tamga-test-"))
    folder.chmod(0o755)
    database = f"t{uuid.uuid4().hex}"
    with psycopg.connect(services.url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
    try:
        with LocalKafka.start(folder / "kafka", secured=True) as kafka:
            url = services.url.rsplit("/", 1)[0] + f"/{database}"
            settings = Settings(**as_settings(kafka.brokers), database_url=url, data=folder / "data")
            settings = founding.found(settings, settings.data)
            signers = enrolled(settings)
            provisioning.provision(settings)
            yield Secured(settings, kafka, signers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def at_work(secured: Secured) -> Iterator[dict[str, Any]]:
    """Registrar, projector, clock, feeder and API, each as its own user; their logs, and where the API answers."""
    logs = secured.settings.data.parent
    with ExitStack() as stack:
        children = {}
        for name in ("registrar", "projector", "clock", "feeder", "api"):
            module = "infra.api" if name == "api" else f"infra.entry.{name}"
            mine = provisioning.as_process(secured.settings, name)
            children[name] = stack.enter_context(running(module, mine, logs / f"{name}.log"))
        states = "SELECT count(*) FROM process WHERE state = 'ready'"
        until(lambda: rows(secured.settings.database_url, states) == [(4,)], 120, "four processes that are ready")
        api = children["api"]
        first = until(lambda: next((line for line in api.text().splitlines() if '"listening"' in line), ""), what="api")
        yield {"url": json.loads(first)["url"], **children}


def submitted(secured: Secured, url: str, folder: Path) -> dict[str, Any]:
    """What the example client is answered, which knows nothing of the project's code."""
    brokers, settings = secured.agency(), secured.settings
    key_file, kid = settings.data / "keys" / f"{AGENCY}.json", secured.signers[AGENCY].kid
    key = folder / "api-key"
    key.write_text(api_keys.create(settings.database_url, AGENCY), encoding="utf-8")
    command = [
        sys.executable, str(ROOT / "examples" / "agency_client.py"), "--ledger", settings.ledger_id,
        "--agency", AGENCY, "--kid", kid, "--key-file", str(key_file),
        "--bootstrap", brokers.addresses, "--user", brokers.user, "--password-file", str(brokers.password_file),
        "--ca-file", str(brokers.ca_file), "--api", url, "--api-key-file", str(key),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_agency_submits_and_reads_its_own_feed(secured: Secured, at_work: dict[str, Any], tmp_path: Path) -> None:
    said = submitted(secured, at_work["url"], tmp_path)
    assert said["outcome"] == "admitted"
    topics, brokers = secured.settings.topics, secured.agency()
    consumer = KafkaConsumer(
        topics.feed(AGENCY),
        group_id=f"{groups_of(AGENCY, topics)}desk",
        auto_offset_reset="earliest",
        **brokers.options(),
    )
    try:
        found: list[dict[str, Any]] = []

        def outcomes() -> bool:
            found.extend(json.loads(r.value) for each in consumer.poll(1000).values() for r in each)
            return any(m["kind"] == "outcome" and m["outcome"]["event_id"] == said["event_id"] for m in found)

        until(outcomes, what="the outcome on the feed")
        consumer.commit()
    finally:
        consumer.close()
    assert {message["agency"] for message in found} == {AGENCY}
    assert all(at_work[name].process.poll() is None for name in ("registrar", "projector", "clock", "feeder", "api"))


# -- what is refused ---------------------------------------------------------------------------------------------


def write(topic: str, brokers: Brokers) -> None:
    """One record; not idempotent, so that nothing but the right to write the topic is asked for."""
    producer = KafkaProducer(acks="all", enable_idempotence=False, max_block_ms=10_000, **brokers.options())
    try:
        producer.send(topic, b"x", partition=0).get(timeout=10)
    finally:
        producer.close(timeout=1)


def fetch(topic: str, brokers: Brokers) -> None:
    """What stands first on a topic that may be described."""
    consumer = KafkaConsumer(auto_offset_reset="earliest", enable_auto_commit=False, **brokers.options())
    try:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek(TopicPartition(topic, 0), 0)
        consumer.poll(10_000)
    finally:
        consumer.close(autocommit=False)


def follow(topic: str, brokers: Brokers) -> None:
    """The same by the project's own reader, which is told where a topic may not even be described."""
    log = PartitionLog(brokers, topic, 0)
    try:
        log.seek(0)
        until(lambda: log.next(500), 20)
    finally:
        log.close()


def join(group: str, topic: str, brokers: Brokers) -> None:
    """Membership of a group."""
    consumer = KafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **brokers.options())
    try:
        consumer.poll(10_000)
    finally:
        consumer.close(autocommit=False)


def transact(name: str, brokers: Brokers) -> None:
    """A transaction."""
    producer = KafkaProducer(acks="all", transactional_id=name, max_block_ms=10_000, **brokers.options())
    try:
        producer.init_transactions()
    finally:
        producer.close(timeout=1)


def administer(act: Callable[[KafkaAdminClient], Any], brokers: Brokers) -> None:
    """What an administrator does."""
    with KafkaAdminClient(**brokers.options()) as admin:
        act(admin)


def alter(topic: str, admin: KafkaAdminClient) -> None:
    """A topic's retention."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "1000"})
    said = admin.alter_configs([resource], raise_on_unknown=False)["topic"][topic]
    assert said.startswith("[Error 29]"), said
    raise TopicAuthorizationFailedError


def grant_itself(admin: KafkaAdminClient) -> None:
    """More rights."""
    pattern = ResourcePattern(ResourceType.TOPIC, "tamga.", ACLResourcePatternType.PREFIXED)
    user = f"User:tamga.agency.{AGENCY}"
    said = admin.create_acls([ACL(user, "*", ACLOperation.ALL, ACLPermissionType.ALLOW, pattern)])
    raise said["failed"][0]


def change_password(admin: KafkaAdminClient) -> None:
    """The operator's."""
    said = admin.alter_user_scram_credentials([UserScramCredentialUpsertion("operator", MECHANISM, "taken")])
    assert "needs ALTER permission" in said["operator"]
    raise ClusterAuthorizationFailedError


def create(topic: str, admin: KafkaAdminClient) -> None:
    """A topic."""
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})


Act = Callable[[Brokers], None]
SUBMISSIONS, LEDGER, REGISTRY = "tamga.submissions", "tamga.ledger", "tamga.registry"
MINE, ANOTHERS = f"tamga.feed.{AGENCY}", f"tamga.feed.{OTHER}"
ONE_RECORD = {TopicPartition(SUBMISSIONS, 0): 1}

FORBIDDEN: dict[str, tuple[Act, type[Exception]]] = {
    "read submissions": (partial(fetch, SUBMISSIONS), TopicAuthorizationFailedError),
    "read the ledger": (partial(follow, LEDGER), LogFault),
    "read the registry": (partial(follow, REGISTRY), LogFault),
    "read another's feed": (partial(follow, ANOTHERS), LogFault),
    "write the ledger": (partial(write, LEDGER), TopicAuthorizationFailedError),
    "write the registry": (partial(write, REGISTRY), TopicAuthorizationFailedError),
    "write its own feed": (partial(write, MINE), TopicAuthorizationFailedError),
    "write another's feed": (partial(write, ANOTHERS), TopicAuthorizationFailedError),
    "create a topic": (partial(administer, partial(create, "tamga.new")), TopicAuthorizationFailedError),
    "create a feed": (partial(administer, partial(create, f"{MINE}.new")), TopicAuthorizationFailedError),
    "delete its feed": (partial(administer, lambda a: a.delete_topics([MINE])), TopicDeletionDisabledError),
    "delete submissions": (partial(administer, lambda a: a.delete_topics([SUBMISSIONS])), TopicDeletionDisabledError),
    "delete records": (partial(administer, lambda a: a.delete_records(ONE_RECORD)), TopicAuthorizationFailedError),
    "alter submissions": (partial(administer, partial(alter, SUBMISSIONS)), TopicAuthorizationFailedError),
    "alter its feed": (partial(administer, partial(alter, MINE)), TopicAuthorizationFailedError),
    "use a transactional id": (partial(transact, f"tamga.agency.{AGENCY}:x"), TransactionalIdAuthorizationFailedError),
    "join another's group": (partial(join, f"tamga.agency.{OTHER}:desk", MINE), GroupAuthorizationFailedError),
    "join a group that begins with its name": (
        partial(join, f"tamga.agency.{AGENCY}.north:desk", MINE),
        GroupAuthorizationFailedError,
    ),
    "join the registrars": (partial(join, "tamga.registrars", SUBMISSIONS), GroupAuthorizationFailedError),
    "describe others' groups": (
        partial(administer, lambda a: a.describe_groups(["tamga.registrars"])),
        GroupAuthorizationFailedError,
    ),
    "delete others' groups": (
        partial(administer, lambda a: a.delete_groups(["tamga.registrars"])),
        GroupAuthorizationFailedError,
    ),
    "give itself rights": (partial(administer, grant_itself), ClusterAuthorizationFailedError),
    "change a password": (partial(administer, change_password), ClusterAuthorizationFailedError),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_an_agency_may_not(what: str, secured: Secured, at_work: dict[str, Any], tmp_path: Path) -> None:
    act, error = FORBIDDEN[what]
    with pytest.raises(error) as raised:
        act(secured.agency())
    if isinstance(raised.value, LogFault):
        assert raised.value.code == "kafka.unauthorized"


def test_an_agency_sees_no_topic_and_no_group_of_others(secured: Secured, at_work: dict[str, Any]) -> None:
    with KafkaAdminClient(**secured.agency().options()) as admin:
        assert set(admin.list_topics()) == {SUBMISSIONS, MINE}
        groups = [group["group_id"] for group in admin.list_groups()]
    assert [name for name in groups if not name.startswith(groups_of(AGENCY, secured.settings.topics))] == []


PROCESS_MAY_NOT: dict[str, tuple[str, Act, type[Exception]]] = {
    "the registrar writes the registry": ("registrar", partial(write, REGISTRY), TopicAuthorizationFailedError),
    "the registrar submits": ("registrar", partial(write, SUBMISSIONS), TopicAuthorizationFailedError),
    "the registrar writes a feed": ("registrar", partial(write, MINE), TopicAuthorizationFailedError),
    "the registrar uses a transactional id": (
        "registrar",
        partial(transact, "x"),
        TransactionalIdAuthorizationFailedError,
    ),
    "the registrar deletes a topic": (
        "registrar",
        partial(administer, lambda a: a.delete_topics([SUBMISSIONS])),
        TopicDeletionDisabledError,
    ),
    "the projector writes the ledger": ("projector", partial(write, LEDGER), TopicAuthorizationFailedError),
    "the projector submits": ("projector", partial(write, SUBMISSIONS), TopicAuthorizationFailedError),
    "the clock reads submissions": ("clock", partial(fetch, SUBMISSIONS), TopicAuthorizationFailedError),
    "the clock writes the ledger": ("clock", partial(write, LEDGER), TopicAuthorizationFailedError),
    "the feeder reads the ledger": ("feeder", partial(fetch, LEDGER), TopicAuthorizationFailedError),
    "the feeder reads a feed": ("feeder", partial(fetch, MINE), TopicAuthorizationFailedError),
    "the feeder writes the ledger": ("feeder", partial(write, LEDGER), TopicAuthorizationFailedError),
    "the feeder makes another topic": (
        "feeder",
        partial(administer, partial(create, "tamga.new")),
        TopicAuthorizationFailedError,
    ),
    "the API reads submissions": ("api", partial(fetch, SUBMISSIONS), TopicAuthorizationFailedError),
    "the API writes the registry": ("api", partial(write, REGISTRY), TopicAuthorizationFailedError),
    "who writes the registry writes the ledger": ("registry", partial(write, LEDGER), TopicAuthorizationFailedError),
    "an auditor writes the ledger": ("auditor", partial(write, LEDGER), TopicAuthorizationFailedError),
    "an auditor submits": ("auditor", partial(write, SUBMISSIONS), TopicAuthorizationFailedError),
}


@pytest.mark.parametrize("what", PROCESS_MAY_NOT)
def test_no_process_does_what_it_need_not(what: str, secured: Secured) -> None:
    process, act, error = PROCESS_MAY_NOT[what]
    with pytest.raises(error):
        act(secured.process(process))


@pytest.mark.parametrize("process", ["projector", "feeder"])
def test_a_write_that_is_refused_is_told_apart_from_an_absent_broker(process: str, secured: Secured) -> None:
    appender = Appender(secured.process(process))
    with pytest.raises(LogFault, match=r"kafka\.unauthorized"):
        appender.append(LEDGER, 0, [b"x"])
    appender.close()


def test_an_auditor_reads_the_record(secured: Secured) -> None:
    follow(LEDGER, secured.process("auditor"))
    follow(REGISTRY, secured.process("auditor"))


def shown_as(acl: ACL) -> tuple[str, str, str, bool]:
    """As the table has it."""
    assert acl.permission_type is ACLPermissionType.ALLOW
    pattern = acl.resource_pattern
    prefixed = pattern.pattern_type is ACLResourcePatternType.PREFIXED
    return acl.operation.name.lower(), pattern.resource_type.name.lower(), pattern.resource_name, prefixed


def test_rights_are_those_of_the_table_and_no_others(secured: Secured) -> None:
    topics = secured.settings.topics
    wanted = {user_of_process(name, topics): rights(topics) for name, rights in PROCESSES.items()}
    wanted |= {user_of(agency, topics): of_agency(agency, topics) for agency in secured.signers}
    with Users(secured.settings.brokers) as users:
        found = users.granted()
        assert users.known() == {*wanted, "operator"}
    shown = {user: {shown_as(acl) for acl in acls} for user, acls in found.items()}
    assert shown == {user: set(map(tuple, rights)) for user, rights in wanted.items()}


# -- who is not let in -------------------------------------------------------------------------------------------


@pytest.fixture
def guess(tmp_path: Path) -> Path:
    """A file with a wrong password."""
    file = tmp_path / "guess"
    file.write_text("guess", encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_wrong_password_is_told_apart_from_an_absent_broker(secured: Secured, guess: Path) -> None:
    with pytest.raises(LogFault, match=r"kafka\.unauthenticated"):
        Topics(replace(secured.agency(), password_file=guess))
    with pytest.raises(LogFault, match=r"kafka\.unauthenticated"):
        Appender(replace(secured.agency(), user="stranger")).append(SUBMISSIONS, 0, [b"x"])


def test_a_password_file_that_others_can_read_is_not_used(secured: Secured, guess: Path) -> None:
    guess.chmod(0o644)
    with pytest.raises(LogFault, match="readable by others"):
        Topics(replace(secured.agency(), password_file=guess))


def test_a_broker_of_another_authority_is_not_trusted(secured: Secured, tmp_path: Path) -> None:
    with pytest.raises(LogFault, match=r"kafka\.untrusted"):
        Topics(replace(secured.agency(), ca_file=Authority(tmp_path).file))
    with pytest.raises(LogFault, match=r"kafka\.untrusted"):
        Topics(replace(secured.agency(), ca_file=None))


def refused(**options: Any) -> None:
    """No client comes in so."""
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(bootstrap_timeout_ms=3000, reconnect_backoff_max_ms=200, **options)


def test_nobody_comes_in_without_saying_who_it_is(secured: Secured) -> None:
    brokers = secured.settings.brokers
    refused(bootstrap_servers=brokers.addresses, security_protocol="SSL", ssl_cafile=str(brokers.ca_file))


def test_nobody_comes_in_without_tls(secured: Secured, guess: Path) -> None:
    plain = Brokers(secured.kafka.bootstrap)
    with pytest.raises(LogFault, match=r"kafka\.protocol"), connecting(plain) as options:
        KafkaAdminClient(bootstrap_timeout_ms=3000, **options)
    options = secured.agency().options() | {"security_protocol": "SASL_PLAINTEXT"}
    refused(**options)


@pytest.mark.parametrize("listener", [1, 2], ids=["controllers", "brokers"])
def test_the_brokers_own_ports_want_a_certificate(secured: Secured, listener: int) -> None:
    (ports,) = json.loads((secured.kafka.folder / "cluster.json").read_text("utf-8"))["ports"]
    address = f"127.0.0.1:{ports[listener]}"
    refused(bootstrap_servers=address)
    refused(bootstrap_servers=address, security_protocol="SSL", ssl_cafile=str(secured.settings.kafka_ca_file))


def test_a_process_that_is_turned_away_stops_and_says_why(secured: Secured, guess: Path, tmp_path: Path) -> None:
    mine = provisioning.as_process(secured.settings, "registrar")
    wrong = mine.model_copy(update={"kafka_password_file": guess})
    other = provisioning.as_process(secured.settings, "clock")
    for name, settings, code in (("a", wrong, "kafka.unauthenticated"), ("b", other, "kafka.unauthorized")):
        with running("infra.entry.registrar", settings, tmp_path / f"{name}.log", TAMGA_INSTANCE=name) as child:
            assert child.process.wait(60) == 3, child.text()
            assert code in child.text()
            assert "Traceback" not in child.text()


def test_a_command_that_is_turned_away_says_why(secured: Secured, guess: Path) -> None:
    env = environment(secured.settings, TAMGA_KAFKA_PASSWORD_FILE=str(guess))
    command = [sys.executable, "-m", "infra.cli.main", "status", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 1
    assert "kafka.unauthenticated" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


# -- provisioning ------------------------------------------------------------------------------------------------


def test_provisioning_again_changes_nothing(secured: Secured) -> None:
    before = secured.password()
    again = provisioning.provision(secured.settings)
    assert {(one.password, one.changed) for one in again} == {("kept", 0)}
    assert secured.password() == before
    files = [one.password_file for one in again if one.password_file is not None]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_rotated_password_lets_in_and_the_one_before_does_not(secured: Secured, guess: Path) -> None:
    guess.write_text(secured.password(OTHER), encoding="utf-8")
    (one,) = provisioning.provision(secured.settings, agencies=[OTHER], rotate=True)
    assert (one.holder, one.password, one.changed) == (OTHER, "rotated", 0)
    with Topics(secured.agency(OTHER)) as topics:
        assert SUBMISSIONS in topics.names()
    with pytest.raises(LogFault, match=r"kafka\.unauthenticated"):
        Topics(replace(secured.agency(OTHER), password_file=guess))


def test_a_rotation_that_was_interrupted_is_finished(secured: Secured) -> None:
    file = provisioning.password_file(secured.settings, user_of(OTHER, secured.settings.topics))
    fresh = file.with_name(f"{file.name}.next")
    write_secret(fresh, "drawn before the crash\n")
    (one,) = provisioning.provision(secured.settings, agencies=[OTHER])
    assert (one.password, secured.password(OTHER), fresh.exists()) == ("rotated", "drawn before the crash\n", False)
    with Topics(secured.agency(OTHER)) as topics:
        assert SUBMISSIONS in topics.names()


def test_a_right_that_somebody_added_is_taken_back(secured: Secured) -> None:
    user = user_of(OTHER, secured.settings.topics)
    pattern = ResourcePattern(ResourceType.TOPIC, LEDGER, ACLResourcePatternType.LITERAL)
    with KafkaAdminClient(**secured.settings.brokers.options()) as admin:
        admin.create_acls([ACL(f"User:{user}", "*", ACLOperation.READ, ACLPermissionType.ALLOW, pattern)])
    (one,) = provisioning.provision(secured.settings, agencies=[OTHER])
    assert one.changed == 1
    with pytest.raises(LogFault, match=r"kafka\.unauthorized"):
        follow(LEDGER, secured.agency(OTHER))


def test_a_suspended_agency_loses_its_rights_and_gets_them_back(secured: Secured) -> None:
    settings, agency = secured.settings, "mn.taf"
    assert agency in secured.signers
    brokers, user = secured.agency(agency), user_of(agency, settings.topics)
    producer = KafkaProducer(acks="all", max_block_ms=10_000, **brokers.options())
    producer.send(SUBMISSIONS, b"x", partition=0).get(timeout=10)
    password = provisioning.password_file(settings, user)
    try:
        enrolment.change(settings, "agency_suspended.v1", agency, {})
        (one,) = [one for one in provisioning.provision(settings) if one.holder == agency]
        assert (one.user, one.password, password.exists()) == (user, "removed", False)
        # A connection that is open has no rights either.
        until(lambda: _is_refused(producer), 10, "the end of the rights")
    finally:
        producer.close(timeout=1)
    password.write_text("guess", encoding="utf-8")
    password.chmod(0o600)
    with pytest.raises(LogFault, match=r"kafka\.unauthenticated"):
        Topics(brokers)
    password.unlink()
    enrolment.change(settings, "agency_reinstated.v1", agency, {})
    (one,) = provisioning.provision(settings, agencies=[agency])
    assert (one.password, one.changed) == ("made", 3)
    write(SUBMISSIONS, brokers)


def _is_refused(producer: KafkaProducer) -> bool:
    try:
        producer.send(SUBMISSIONS, b"x", partition=0).get(timeout=10)
    except TopicAuthorizationFailedError:
        return True
    return False


def test_a_broker_that_died_is_waited_for(secured: Secured, at_work: dict[str, Any], tmp_path: Path) -> None:
    states = "SELECT count(*) FROM process WHERE state = %s AND name <> ALL (ARRAY['registrar-a', 'registrar-b'])"
    url = secured.settings.database_url
    secured.kafka.kill(0)
    until(lambda: rows(url, states, "waiting")[0][0] > 0, 90, "a process that waits")
    secured.kafka.restart(0)
    until(lambda: rows(url, states, "ready") == [(4,)], 120, "four processes that are ready again")
    assert submitted(secured, at_work["url"], tmp_path)["outcome"] == "admitted"
    assert all(at_work[name].process.poll() is None for name in ("registrar", "projector", "clock", "feeder", "api"))
