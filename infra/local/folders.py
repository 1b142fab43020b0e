"""Where local services keep things, and as whom they run.

The rule: a service never runs as root and never reads another user's folder. Called by root, services run as `nobody`,
so everything that they read stands on a path which `nobody` can enter, and their data folders are theirs alone (0700).
Called by anybody else, they run as the caller and everything is the caller's alone.
"""

from __future__ import annotations

import os
import pwd
import random
import socket
import stat
from pathlib import Path

UNPRIVILEGED = "nobody"
ROOT_HOME = Path("/var/tmp/tamga")


class LocalServiceError(Exception):
    """A local service can't be had; the message is one line that says what to do, ready to be printed."""


def service_user() -> str | None:
    """The user that services drop to: `nobody` for root, None (stay as we are) for anybody else."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def cache_folder() -> Path:
    """Where downloads and copies of runtimes are kept (TAMGA_CACHE), made if absent."""
    return _home("TAMGA_CACHE", "cache", "XDG_CACHE_HOME", ".cache")


def data_folder() -> Path:
    """Where the services keep their data (TAMGA_DATA), made if absent."""
    return _home("TAMGA_DATA", "data", "XDG_DATA_HOME", ".local/share")


def _home(setting: str, below_root_home: str, xdg: str, below_home: str) -> Path:
    if chosen := os.environ.get(setting):
        return own_folder(Path(chosen).absolute())
    if os.geteuid() == 0:
        own_folder(ROOT_HOME)
        return own_folder(ROOT_HOME / below_root_home)
    base = os.environ.get(xdg)
    return own_folder((Path(base) if base else Path.home() / below_home) / "tamga")


def own_folder(path: Path) -> Path:
    """Make a folder of the caller's: 0755 for root, since `nobody` must pass through it, else 0700.

    One that exists stays as it is: it may be shared with things that are not ours.
    """
    try:
        for missing in reversed([place for place in (path, *path.parents) if not place.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(0o755 if os.geteuid() == 0 else 0o700)  # whatever the umask says
    except OSError as error:
        raise LocalServiceError(f"cannot make {path} ({error.strerror}): set TAMGA_CACHE or TAMGA_DATA") from error
    # Below /var/tmp anybody could have made it first, and would then own what we run.
    if path.stat().st_uid != os.geteuid():
        raise LocalServiceError(f"{path} belongs to another user: set TAMGA_CACHE and TAMGA_DATA to other folders")
    return path


def service_folder(path: Path) -> Path:
    """Make a folder (0700) that belongs to the user whom the service runs as."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    give_to_service(path)
    if not passable(path.parent):
        raise LocalServiceError(
            f"{path.parent} can't be entered by {UNPRIVILEGED}, whom services run as: set TAMGA_DATA to another folder"
        )
    return path


def write_for_service(path: Path, text: str) -> None:
    """Write a file (0600) that the service's user can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text)
    give_to_service(path)


def write_secret(file: Path, text: str) -> None:
    """A file that only its owner can read, replaced as a whole."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    fresh.replace(file)


def give_to_service(path: Path) -> None:
    """Make a file or folder the service's own, where that is not the caller."""
    if user := service_user():
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def passable(path: Path) -> bool:
    """Whether the service's user can reach this file or folder: each one on the way is open to everybody."""
    if service_user() is None:
        return True
    here = path.resolve()
    wanted = stat.S_IXOTH
    return all(place.stat().st_mode & wanted for place in (here, *here.parents))


def free_port(taken: set[int]) -> int:
    """A loopback port that is free now and stays so: below the range that the kernel hands to outgoing connections."""
    for port in random.sample(range(20_000, 32_000), 500):
        if port not in taken and port_is_free(port):
            return port
    raise LocalServiceError("no free loopback port between 20000 and 32000: end some of the programs that listen there")


def port_is_free(port: int) -> bool:
    """Whether a service could listen on this loopback port now."""
    with socket.socket() as probe:
        # As the services do: a port in TIME_WAIT, left by a killed predecessor, is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
