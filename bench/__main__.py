"""`make bench`: every figure of one run, as a table and, with `--json`, as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform

from rich.console import Console
from rich.table import Table

from bench import admission, feeds, latency, projection, stages
from bench.figures import Figure
from bench.place import place


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases of six submissions for the rates")
    parser.add_argument("--seconds", type=int, default=20, help="length of the latency run")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    progress = Console(stderr=True)
    found: list[Figure] = []
    with place() as here:
        progress.print("admission")
        found += admission.figures(here, options.cases)
        progress.print("projection")
        found += projection.figures(here)
        progress.print("latency")
        found += latency.figures(here, options.seconds)
        progress.print("feeds")
        found += feeds.figures(here, options.seconds)
    progress.print("all stages beside three")
    found += stages.figures(options.cases // 2)
    if options.json:
        print(json.dumps([f._asdict() | {"ratio": f.ratio} for f in found], indent=1))
    else:
        Console(width=130).print(table(found))


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
    main()
