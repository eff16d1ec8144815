"""``sentio demo``: a Sentio and a small simulated city beside it, in one command."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sentio.cli.lab_live import MEMORY_FILE, ControlPort, Json, SouthboundPort, fault_text, stopping
from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, moment, say

if TYPE_CHECKING:
    from pathlib import Path

    from sentio.cli.child import Server
    from sentio.kernel.config import Settings
    from sentio.lab.live.kept import Kept
    from sentio.lab.live.lab import Watchers
    from sentio.lab.live.run import Wish

FOLDER = "demo"
CELLS, USERS, THINGS = 24, 8000, 100  # small enough that its past is read within a minute
HISTORY_DAYS, LEARN_DAYS = 2 / 3, 0.55  # an evening and a night, and three hours to judge
FOLLOWED_S = 365 * 86_400  # behind the clock: the city lives in days of its own
WORST = 3  # services at cells that are named while the past is read
FAULTS_A_DAY = 24.0  # about every three minutes of the wall at 20x


def register(app: typer.Typer) -> None:
    """Offer the verb."""
    app.command()(demo)


Level = Annotated[
    Literal["observe", "advise", "approve", "act"],
    typer.Option(help="How far it goes by itself."),
]
Faults = Annotated[
    float, typer.Option(min=0.0, max=96.0, help="What goes wrong by itself, a simulated day.")
]
Port = Annotated[int | None, typer.Option(help="Port of the server; 0 takes a free one.")]
Again = Annotated[bool, typer.Option("--again", help="Throw the demo's data away, begin anew.")]


def demo(
    context: typer.Context,
    speed: Annotated[float, typer.Option(help="Simulated seconds a second, 1 to 100.")] = 20.0,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another city.")] = 1,
    faults: Faults = FAULTS_A_DAY,
    autonomy: Level = "act",
    port: Port = None,
    control_port: ControlPort = None,
    southbound_port: SouthboundPort = None,
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Run a server and a small city, and say what is seen, done and proven; Ctrl-C stops.

    Its data lie in a folder of their own within the data folder; called again, it goes on there.
    """
    from sentio.cli.child import serving, warming
    from sentio.lab.live.pace import HISTORY_S

    say(f"Starting a Sentio and a city of {CELLS} cells, {USERS:,} users and {THINGS} things ...")
    ports = {"lab_control_port": control_port, "lab_southbound_port": southbound_port}
    settings = settings_of(context, api_port=port, **ports)
    folder = (settings.data_folder / FOLDER).resolve()
    if again:
        shutil.rmtree(folder, ignore_errors=True)
    is_new = not (folder / MEMORY_FILE).exists()
    with (
        stopping() as stop,
        serving(
            folder,
            settings.api_port,
            learn_days=LEARN_DAYS,
            grace_s=HISTORY_S,
            stop=stop,
            more={
                **_at_the_lab(settings),
                "DECISION_AUTONOMY": autonomy,
                "STALE_AFTER_S": str(FOLLOWED_S),
            },
        ) as server,
        warming(is_wanted=is_new),
    ):
        wish = _wish(settings, seed=seed, faults=faults, speed=speed)
        say(f"Look at it: {server.url}/overview (its log is {server.log}).")
        state = _run(wish, server, folder / MEMORY_FILE, stop=stop, is_new=is_new)
    answer(state, f"Stopped; `sentio demo` goes on from {state['sent_until']}.", as_json=as_json)


def _at_the_lab(settings: Settings) -> dict[str, str]:
    """Tell the server where the lab takes orders to the collection, and to the network."""
    from sentio.lab.live.control import orders_url
    from sentio.lab.southbound.server import southbound_url

    return {
        "COLLECTION_URL": orders_url(settings.lab_control_port),
        "EXECUTION_URL": southbound_url(settings.lab_southbound_port),
    }


def _run(wish: Wish, server: Server, memory: Path, *, stop: threading.Event, is_new: bool) -> Json:
    """Run the city, and say what is told: all of it where the city is new, else from now on."""
    from sentio.cli.subscribers import subjects_by_pseudonym
    from sentio.cli.told_stream import follow
    from sentio.lab.live.kept import Memory
    from sentio.lab.live.run import run_lab
    from sentio.lab.live.sending import Push
    from sentio.lab.stream.names import known_as

    after = {"after": 0 if is_new else None}
    told = threading.Thread(
        target=follow, args=(server.url, stop, say), kwargs=after, name="told", daemon=True
    )
    told.start()
    return run_lab(
        wish,
        Push(server.url, stop=stop, on_trouble=say),
        Memory(memory),
        stop=stop,
        watchers=_saying(server, wish.speed),
        on_ready=_say_ready,
        subject_of=subjects_by_pseudonym(known_as(wish.scale.subjects), server.key),
    )


def _wish(settings: Settings, *, seed: int, faults: float, speed: float) -> Wish:
    from sentio.lab.live.run import Wish
    from sentio.lab.operator.scale import Scale

    return Wish(
        scale=Scale(cells=CELLS, users=USERS, things=THINGS),
        seed=seed,
        faults=faults,
        speed=speed,
        history_days=HISTORY_DAYS,
        control_port=settings.lab_control_port,
        southbound_port=settings.lab_southbound_port,
    )


def _saying(server: Server, speed: float) -> Watchers:
    from sentio.lab.live.lab import Watchers

    def on_live(state: Json) -> None:
        server.ask("watch", {"grace_s": 0})  # from now on all sources send together
        say(
            f"Live from {state['sent_until']} at {speed:g}x. Break something: "
            "`sentio lab break degraded_cell`; `sentio lab truth` tells what is broken."
        )

    return Watchers(
        on_history=lambda now_ns: say(past_line(server.ask("experience"), now_ns)),
        on_live=on_live,
        on_fault=lambda told: say(f"(broken by the lab: {fault_text(told)})"),
    )


def past_line(known: Json, until_ns: int) -> str:
    """Write in one line who had what experience so far, and where it was worst."""
    said = f"The city's past is read until {moment(until_ns)}: {known['uses']:,} uses"
    if known["mos_mean"] is not None:
        said += f" of {known['subjects']:,} subjects, mean MOS {known['mos_mean']:.2f}"
    worst = [
        f"{each['service']} at {each['member']} ({each['mos_mean']:.1f})"
        for each in known["worst"][:WORST]
    ]
    return f"{said}{'; worst: ' if worst else ''}{', '.join(worst)}."


def _say_ready(url: str, kept: Kept) -> None:
    say(f"A simulated city of {kept.cells} cells, {kept.users:,} users and {kept.things} things "
        f"from {moment(kept.next_ns)}; it is steered at {url}.")  # fmt: skip
