"""The report of a run, as JSON: per VM, for the host, reaction times, and what each act expected."""

import json
import statistics
from pathlib import Path
from typing import Any

from tests.harness.guest import MIB

from . import cast
from .stage import Stage


def mib(value: int | None) -> int | None:
    return None if value is None else value // MIB


def quantiles(values: list[float]) -> dict[str, float | int | None]:
    """Nearest-rank percentiles; null without a value."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": None, "p99": None, "count": 0}
    return {"p50": round(statistics.median(ordered), 1), "p99": round(ordered[-(-99 * len(ordered) // 100) - 1], 1),
            "count": len(ordered)}


def reaction(records: list[dict[str, Any]]) -> dict[str, Any]:
    def part(key: str) -> dict[str, float | int | None]:
        return quantiles([r[key] for r in records if r.get(key) is not None])

    return part("total_ms") | {name: part(f"{name}_ms") for name in ("detect", "decide", "actuate", "online")}


def vm_report(stage: Stage, vm: dict[str, Any], visible_peak: int, oom_kills: int) -> dict[str, Any]:
    name, seen = vm["name"], stage.ledger.seen[vm["name"]]
    return {
        "name": name, "mode": vm["mode"], "status": vm["status"],
        "startup_mib": mib(vm["startup_bytes"]), "minimum_mib": mib(vm["minimum_bytes"]), "maximum_mib": mib(vm["maximum_bytes"]),
        "assigned_mib": {"now": seen.now // MIB, "peak": seen.peak // MIB},
        "visible_mib": {"now": mib(vm["visible_bytes"]), "peak": visible_peak or mib(vm["visible_bytes"])},
        "swap_in_pages": {act.name: act.swap[name]["in"] for act in stage.acts},
        "swap_out_pages": {act.name: act.swap[name]["out"] for act in stage.acts},
        "oom_kills": oom_kills,
        "grows": vm["grows"], "shrinks": vm["shrinks"], "refusals": vm["refusals"],
    }


def make(stage: Stage, visible_peaks: dict[str, int], seconds: float) -> dict[str, Any]:
    host = stage.daemon.host()
    oom = {name: stat["oom_kill"] for name, stat in stage.stats().items()}
    return {
        "seconds": round(seconds, 1),
        "vms": [vm_report(stage, vm, visible_peaks.get(name, 0), oom[name]) for name, vm in sorted(stage.daemon.vms().items())],
        "host": {"capacity_mib": cast.BUDGET_MIB, "committed_peak_mib": mib(host["committed_peak_bytes"]),
                 "committed_peak_seen_outside_mib": stage.ledger.committed_peak // MIB,
                 "law1_violations": host["over_committed_passes"] + stage.ledger.violations},
        "reaction_ms": reaction(stage.daemon.reactions()),
        "reclaimed_mib": mib(host["reclaimed_bytes"]),
        "phases": [{"name": act.name, "title": act.title, "seconds": act.seconds, "held": act.held,
                    "expected": act.expected, "swap_pages": act.swap} for act in stage.acts],
        "held": all(act.held for act in stage.acts),
    }


def write(report: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(report, indent=1) + "\n")
