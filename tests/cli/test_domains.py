"""``sentio domains`` and ``sentio intents``."""

from __future__ import annotations

from pathlib import Path


def test_a_promise_is_made_listed_and_given_up(sentio, told, tmp_path: Path) -> None:
    line = ("--data-folder", str(tmp_path))
    promise = tmp_path / "mine.toml"
    promise.write_text(
        'name = "mine"\ntitle = "Calls"\nservices = ["voice_wb"]\n'
        'path = ["ran", "transport", "core"]\ndelay_ms = 80\n'
    )

    made = sentio(*line, "intents", "--promise", str(promise))
    items = told(*line, "intents", "--layer", "resource")["intents"]
    gone = sentio(*line, "intents", "--drop", "mine")

    assert made.exit_code == 0, made.output
    assert "B-mine" in made.stdout
    assert "delay_ms <= 80" in made.stdout
    assert {each["domain"] for each in items} == {"ran", "transport", "core"}
    assert "Nothing is promised." in gone.stdout


def test_how_far_a_domain_may_go_is_said_and_shown(sentio, told, tmp_path: Path) -> None:
    line = ("--data-folder", str(tmp_path))

    said = sentio(*line, "domains", "edge", "--autonomy", "advise")
    half = sentio(*line, "domains", "edge")
    known = {each["name"]: each["level"] for each in told(*line, "domains")["domains"]}

    assert said.exit_code == 0, said.output
    assert half.exit_code == 1
    assert "a change needs a domain and its autonomy" in half.stderr
    assert (known["edge"], known["transport"]) == (2, 4)
