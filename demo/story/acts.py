"""The four acts. Each says what it expects; the stage adds what must hold in every act."""

import time

from tests.harness.guest import MIB

from . import cast
from .stage import Act, Stage

# With the guest's own 100 MiB this makes 1.4 GiB of demand.
LOAD_MIB = 1300
MALLOC_MIB = 1434  # 1.4 GiB in one piece
RATE = 150  # MiB/s
# The demo guest runs on an emulated processor with three others: generous, and only to end a hung act.
PATIENCE = 90


def finish(stage: Stage, act: Act, vm: str, phase: int) -> bool:
    event = stage.guests[vm].workload.finish(phase, PATIENCE)
    done = event["event"] == "done"
    act.expect(f"{vm}'s program ends well", done,
               f"{event['event']}, {event['touched_mib']} MiB, slowest step {event['slowest_ms']:.0f} ms")
    return done


def swap_out(stage: Stage, vm: str) -> int:
    return stage.guests[vm].workload.stat()["pswpout"]


def grows_ahead(stage: Stage, act: Act, phase: str) -> None:
    """web runs `phase` and grows ahead of its need."""
    before = swap_out(stage, "web")
    work = stage.guests["web"].workload
    done = finish(stage, act, "web", work.start(phase))
    work.run("hold:2", 30)
    swapped = swap_out(stage, "web") - before
    act.expect("web is grown ahead of its need: no page swapped out", done and swapped == 0, f"{swapped} pages")
    seen = stage.assigned_mib("web")
    act.expect(f"web has at least {LOAD_MIB + 100} MiB", seen >= LOAD_MIB + 100, f"{seen} MiB assigned")


def ramp(stage: Stage, act: Act) -> None:
    """A guest that has booted and given back its idle memory, beside others that have memory."""
    for vm in cast.WEIGHTS:
        stage.settle(vm, cast.STARTUP_MIB - 1, PATIENCE)
    grows_ahead(stage, act, f"alloc:{LOAD_MIB}:{RATE}")


def hand_over(stage: Stage, act: Act) -> None:
    """web frees memory; it moves to db, which then ramps up."""
    web, db = stage.guests["web"].workload, stage.guests["db"].workload
    high, reclaimed = stage.assigned_mib("web"), stage.daemon.host()["reclaimed_bytes"]
    web.run("free", 30)
    finish(stage, act, "db", db.start(f"alloc:{LOAD_MIB}:{RATE // 2}"))
    db.run("hold:2", 30)
    low, got = stage.assigned_mib("web"), stage.assigned_mib("db")
    back = (stage.daemon.host()["reclaimed_bytes"] - reclaimed) // MIB
    act.expect("web gave at least 700 MiB back", high - low >= 700 and back >= 700, f"{high} -> {low} MiB, {back} MiB came back")
    act.expect(f"db has at least {LOAD_MIB + 100} MiB", got >= LOAD_MIB + 100, f"{got} MiB assigned")


def one_malloc(stage: Stage, act: Act) -> None:
    """db frees memory; web, small again, requests everything with one malloc."""
    stage.guests["db"].workload.run("free", 30)
    stage.settle("db", 700, PATIENCE)  # act (b) shows memory on its way from one to the other
    small = stage.assigned_mib("web")
    act.expect("web is smaller than what it will ask for", small < MALLOC_MIB, f"{small} MiB assigned")
    grows_ahead(stage, act, f"malloc:{MALLOC_MIB}:{RATE}")
    stage.guests["web"].workload.run("free", 30)
    for vm in ("web", "db"):
        stage.settle(vm, 700, PATIENCE)


def contest(stage: Stage, act: Act) -> None:
    """Both ramp up at once: weights decide, the refusal is explained, the loser swaps."""
    refusals = stage.daemon.vm("db")["refusals"]
    before = {vm: swap_out(stage, vm) for vm in ("web", "db")}
    # Pages that compress: the loser's swap is in its own memory.
    phases = {vm: stage.guests[vm].workload.start(f"alloc:{LOAD_MIB}:{RATE // 3}:pattern") for vm in ("web", "db")}
    for vm, phase in phases.items():
        finish(stage, act, vm, phase)
    time.sleep(5)  # part of the story: the balance is found while both hold what they have
    swapped = {vm: swap_out(stage, vm) - before[vm] for vm in phases}
    web, db = stage.assigned_mib("web"), stage.assigned_mib("db")
    act.expect("weights decide: web has more than db", web > db + 100, f"web {web} MiB, db {db} MiB")
    act.expect("the loser swaps", swapped["db"] > 0 and swapped["db"] > swapped["web"], f"web {swapped['web']}, db {swapped['db']} pages")
    more = stage.daemon.vm("db")["refusals"] - refusals
    why = [d["why"] for d in stage.daemon.decisions("db") if "no more to give" in d["why"] or d["rule"] == "cut-by-weight"]
    act.expect("the refusal is counted and explained", more > 0 and bool(why), f"{more} refusals: {why[-1] if why else 'nothing'}")
    for vm in phases:
        stage.guests[vm].workload.run("free", 30)


def bystander(stage: Stage, act: Act) -> None:
    """The guest without the service never changed, in any act."""
    seen = stage.ledger.seen["legacy"]
    act.expect("legacy was never moved", seen.least == seen.peak == cast.LEGACY_MIB * MIB,
               f"{seen.least // MIB} to {seen.peak // MIB} MiB in {seen.samples} looks")
    status = stage.daemon.wait_status("legacy", "no-integration", timeout=150)
    act.expect("and the list says why", status == "no-integration", status)
    host = stage.daemon.host()
    act.expect("the daemon's own book agrees", host["over_committed_passes"] == 0, f"{host['passes']} passes")


STORY = [
    ("a", "web ramps to 1.4 GiB and is grown ahead of its need", ramp),
    ("b", "web frees; what it gave up moves to db, which ramps in turn", hand_over),
    ("a2", "web asks for 1.4 GiB with one malloc", one_malloc),
    ("c", "both ramp at once: weights decide, the loser swaps", contest),
    ("d", "the guest without the service never changes", bystander),
]
