"""``sentio lab live``: a city at work beside a Sentio, and the verbs that steer it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentio.cli.lab import group
from sentio.cli.opening import settings_of
from sentio.cli.output import AsJson, answer, columns, moment, say

if TYPE_CHECKING:
    from sentio.kernel.config import Settings
    from sentio.lab.live.kept import Kept
    from sentio.lab.live.lab import Watchers
    from sentio.lab.live.run import Wish
    from sentio.lab.live.sending import Sending

Json = dict[str, Any]  # Any: JSON
ControlPort = Annotated[
    int | None, typer.Option(help="Port of the running lab, on this machine.", show_default=False)
]
SouthboundPort = Annotated[
    int | None,
    typer.Option(help="Port at which others act on the lab's network.", show_default=False),
]
MEMORY_FILE = "lab.json"


def register(app: typer.Typer) -> None:
    """Offer the verbs, with those of `sentio lab`."""
    del app  # the group is offered already
    group.command()(live)
    group.command(name="break")(break_)
    group.command()(apply)
    group.command()(truth)
    group.command()(orders)


def live(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(help="Where a Sentio listens; this machine's own by default.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Write into a watched folder instead of pushing.")
    ] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds a second, 1 to 100.")] = 20.0,
    history_days: Annotated[
        float, typer.Option(min=0.0, max=60.0, help="Days of past that are sent first, at once.")
    ] = 2.0,
    behind_days: Annotated[
        int, typer.Option(min=0, max=365, help="Begin so many days ago; 0: now, at 1x only.")
    ] = 7,
    cells: Annotated[int, typer.Option(min=24, help="Radio cells.")] = 36,
    users: Annotated[int, typer.Option(min=200, help="Subscribers.")] = 8000,
    things: Annotated[int, typer.Option(min=50, help="Things.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another city.")] = 1,
    faults: Annotated[
        float, typer.Option(min=0.0, max=96.0, help="What goes wrong by itself, a simulated day.")
    ] = 12.0,
    dirt: Annotated[float, typer.Option(min=0.0, max=50.0, help="Times the usual dirt.")] = 1.0,
    key: Annotated[str, typer.Option(help="API key, where the Sentio needs one.")] = "",
    control_port: ControlPort = None,
    southbound_port: SouthboundPort = None,
    again: Annotated[
        bool, typer.Option("--again", help="Forget how far it was, and begin anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a city's operator that sends as time passes, until it is stopped; Ctrl-C stops.

    Stopped and started again with the same city, it goes on where it stopped; what was broken is
    whole again. Simulated time never runs ahead of the clock: once there, it goes at its pace.
    """
    from sentio.lab.live.run import Wish
    from sentio.lab.operator.scale import Scale

    settings = settings_of(
        context, lab_control_port=control_port, lab_southbound_port=southbound_port
    )
    wish = Wish(
        scale=Scale(cells=cells, users=users, things=things),
        seed=seed, faults=faults, dirt=dirt, speed=speed, history_days=history_days,
        behind_days=behind_days, control_port=settings.lab_control_port,
        southbound_port=settings.lab_southbound_port,
    )  # fmt: skip
    sending = partial(_sending, settings, url, folder, key)
    path = settings.data_folder / MEMORY_FILE
    is_own = url is None and folder is None
    names = _subjects_of(settings, wish) if is_own else str
    state = _run(wish, sending, path, again=again, subject_of=names)
    answer(state, f"Stopped; all is sent until {state['sent_until']}.", as_json=as_json)


def _subjects_of(settings: Settings, wish: Wish) -> Callable[[str], str]:
    """Give the way back from the pseudonyms of this machine's own Sentio."""
    from sentio.cli.subscribers import subjects_by_pseudonym
    from sentio.lab.stream.names import known_as
    from sentio.loop.platform import key_of

    return subjects_by_pseudonym(known_as(wish.scale.subjects), lambda: key_of(settings))


def _run(
    wish: Wish,
    sending: Callable[[Event], Sending],
    path: Path,
    *,
    again: bool,
    subject_of: Callable[[str], str],
) -> Json:
    """Run a lab until a signal stops it; gives its last state."""
    from sentio.lab.live.kept import Memory
    from sentio.lab.live.run import run_lab

    if again:
        path.unlink(missing_ok=True)
    with stopping() as stop:
        return run_lab(
            wish, sending(stop), Memory(path), stop=stop, watchers=_saying(),
            on_ready=_say_ready, on_southbound=_say_southbound, subject_of=subject_of,
        )  # fmt: skip


def break_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Kind of fault, such as degraded_cell.")],
    element: Annotated[
        str, typer.Option(help="What to break; a place that people use, by default.")
    ] = "",
    severity: Annotated[float, typer.Option(min=0.0, max=1.0, help="From light to heavy.")] = 0.8,
    minutes: Annotated[
        float, typer.Option(min=5.0, max=10_080.0, help="How long, in simulated time.")
    ] = 30.0,
    control_port: ControlPort = None,
    as_json: AsJson = False,
) -> None:
    """Break something in the running lab, from its next 5 minutes on, and tell the truth of it."""
    body = {"kind": kind, "element": element, "severity": severity, "minutes": minutes}
    told = _asked(context, control_port, "/break", body)
    answer(told, fault_text(told), as_json=as_json)


def apply(
    context: typer.Context,
    change: Annotated[str, typer.Argument(help="Kind of change, such as restart or reroute.")],
    element: Annotated[str, typer.Argument(help="What to change, such as cell-0007.")],
    value: Annotated[float, typer.Argument(help="Factor, of a capacity.")] = 1.5,
    target: Annotated[str, typer.Option(help="Whom a switch leads to; the next by default.")] = "",
    control_port: ControlPort = None,
    as_json: AsJson = False,
) -> None:
    """Change something in the running lab, from its next 5 minutes on, and tell what it cures."""
    body = {"kind": change, "element": element, "value": value, "target": target}
    told = _asked(context, control_port, "/apply", body)
    cured = ", ".join(each["name"] for each in told["cured"]) or "nothing that is broken"
    answer(told, f"{change} of {element} from {told['from']}: it cures {cured}.", as_json=as_json)


def truth(
    context: typer.Context, control_port: ControlPort = None, as_json: AsJson = False
) -> None:
    """List what went wrong in the running lab so far, and who felt it; the latest first."""
    told = _asked(context, control_port, "/truth", None)
    header = ("name", "state", "kind", "domain", "element", "from", "to", "users", "things", "uses")
    rows = [
        [each[name] for name in ("name", "state", "kind", "domain", "element")]
        + [moment(each["start_ns"]), moment(each["end_ns"])]
        + [each[name] for name in ("users", "things", "uses")]
        for each in told["faults"]
    ]
    text = columns(header, rows) if rows else "Nothing has gone wrong yet."
    answer(told, text, as_json=as_json)


def orders(
    context: typer.Context, southbound_port: SouthboundPort = None, as_json: AsJson = False
) -> None:
    """List what others ordered from the running lab's network, over which interface, how often."""
    from sentio.lab.live.steering import ask
    from sentio.lab.southbound.answers import LEDGER

    port = settings_of(context, lab_southbound_port=southbound_port).lab_southbound_port
    told = ask(port, LEDGER, option="--southbound-port")
    header = ("order", "interface", "action", "element", "done", "undone", "asked", "times")
    rows = [
        [each[name] for name in ("order", "interface", "action", "element")]
        + [moment(each["done_ns"]), moment(each["undone_ns"]) if each["undone_ns"] else ""]
        + [each["asked"], each["applied"]]
        for each in told["orders"]
    ]
    text = columns(header, rows) if rows else "Nothing has been ordered yet."
    answer(told, text, as_json=as_json)


def fault_text(told: Json) -> str:
    """Say in a sentence what a fault is."""
    scope = " and ".join(f"{name} {member}" for name, member in told["scope"].items())
    return (
        f"{told['name']}: {told['kind'].replace('_', ' ')}, the {told['element_kind']} "
        f"{told['element']} in the domain {told['domain']}, from {told['start']} to {told['end']} "
        f"for whoever uses {scope}; so far {told['users']:,} users and {told['things']:,} things "
        f"felt it; cured by {' or '.join(told['cured_by']) or 'time'}"
    )


@contextmanager
def stopping() -> Generator[Event]:
    """Give what a signal to stop (SIGINT, SIGTERM) sets; a second one ends at once."""
    stop = Event()
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: its terminal is closed
    before = {kind: signal.getsignal(kind) for kind in kinds}

    def note(number: int, frame: object) -> None:
        del number, frame
        stop.set()
        for kind, handler in before.items():
            signal.signal(kind, handler)

    for kind in kinds:
        signal.signal(kind, note)
    try:
        yield stop
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _asked(context: typer.Context, port: int | None, path: str, body: Json | None) -> Json:
    from sentio.lab.live.steering import ask

    return ask(settings_of(context, lab_control_port=port).lab_control_port, path, body)


def _sending(
    settings: Settings, url: str | None, folder: Path | None, key: str, stop: Event
) -> Sending:
    from sentio.kernel.errors import ConfigError
    from sentio.lab.live.sending import Drop, Push

    if folder is None:
        there = url or f"http://127.0.0.1:{settings.api_port}"
        push = Push(there, key=key, stop=stop, on_trouble=say)
        push.check()
        return push
    if url is not None:
        raise ConfigError("both are given", where="--url, --folder", expected="one of them")
    return Drop(folder)


def _saying() -> Watchers:
    from sentio.lab.live.lab import Watchers

    return Watchers(
        on_history=lambda now_ns: say(f"The past is sent until {moment(now_ns)}."),
        on_live=lambda state: say(f"Live from {state['sent_until']}; Ctrl-C stops."),
        on_fault=lambda told: say(fault_text(told)),
    )


def _say_ready(url: str, kept: Kept) -> None:
    say(f"The lab goes on from {moment(kept.next_ns)}; it is steered at {url}.")


def _say_southbound(url: str) -> None:
    say(f"Others act on its network at {url}.")
