"""`make bench`: every figure of one run, as a table and, with `--json`, as JSON.

One ledger is made the real way (signed submissions, judged, projected, fed) and every figure but the last is measured
on it, one after the other. `ENTRIES=1000000 make bench` makes a large one. Ctrl-C ends everything that was started.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from bench import admission, feeds, latency, projection, reads, stages
from bench.figures import Figure
from bench.place import Place, place
from bench.workload import OF_A_CASE
from infra.cli.output import say

LEAST_ENTRIES = 6_000
OF_STAGES = 30_000
"""The most submissions that are judged in each round of the last figure."""
INTERRUPTED = 130


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=_entries, default=60_000, help="entries of the ledger (%(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="length of each run at a steady rate (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with place() as here:
            found = list(_on(here, options.entries, options.seconds))
        say("all stages beside three")
        found += stages.figures(min(options.entries // 2, OF_STAGES) // OF_A_CASE)
    except KeyboardInterrupt:
        return INTERRUPTED
    if options.json:
        print(json.dumps([f._asdict() | {"ratio": f.ratio} for f in found], indent=1))
    else:
        Console(width=130).print(table(found))
    return 0


def _on(here: Place, entries: int, seconds: int) -> Iterator[Figure]:
    """The figures of one ledger, in the order in which it grows."""
    yield from admission.figures(here, entries)
    yield from projection.figures(here)
    yield from feeds.told(here)
    say("reads")
    yield from reads.figures(here, seconds)
    say("latency")
    yield from latency.figures(here, seconds)
    say("latency of feeds")
    yield from feeds.figures(here, seconds)


def _entries(text: str) -> int:
    count = int(text.replace("_", ""))
    if count < LEAST_ENTRIES:
        raise argparse.ArgumentTypeError(f"at least {LEAST_ENTRIES}: fewer say nothing of a rate")
    return count


def table(found: list[Figure]) -> Table:
    """One line a figure."""
    made = Table(title=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in ("figure", "value", "unit", "peer", "peer's value", "ratio", "aim"):
        made.add_column(name)
    for f in found:
        peer = f"{f.peer_value:,.0f}" if f.peer_value else ""
        ratio = f"{f.ratio:.2f}" if f.ratio else ""
        made.add_row(f.what, f"{f.value:,.1f}", f.unit, f.peer, peer, ratio, f.aim)
    return made


if __name__ == "__main__":
    sys.exit(main())
