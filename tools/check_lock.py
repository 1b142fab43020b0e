"""The lock is what the resolver makes of pyproject.toml with the lock's own pins kept; `--write` resolves it anew.

Run by `make check` and `make lock`. Prints what differs; exit code 1 when the lock is stale.
"""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
COMPILE = (
    "pip",
    "compile",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
    "--system-certs",
)
EXTRAS = ("--extra", "local", "--extra", "dev")


def resolve(output: Path, *more: str) -> None:
    """Resolve into `output`; what stands there is kept where it still fits."""
    uv = Path(sys.executable).with_name("uv")
    arguments = [str(uv), *COMPILE, *EXTRAS, *more, "pyproject.toml", "--output-file", str(output)]
    subprocess.run(arguments, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def difference() -> str:
    """What a fresh resolution changes, as a diff; empty when the lock is fresh."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / LOCK.name
        shutil.copy(LOCK, copy)
        resolve(copy)
        before, after = (path.read_text(encoding="utf-8").splitlines(keepends=True) for path in (LOCK, copy))
    return "".join(difflib.unified_diff(before, after, "requirements.lock", "as resolved"))


def main() -> int:
    """Entry point."""
    if "--write" in sys.argv[1:]:
        resolve(LOCK, "--upgrade")
        return 0
    found = difference()
    if "://" in LOCK.read_text(encoding="utf-8"):
        found += "the lock names a host\n"
    if found:
        sys.stdout.write(f"{found}requirements.lock is stale: run `make lock`\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
