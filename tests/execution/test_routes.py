"""Every action has a route; a peer that is not set is not asked; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentio.decision.catalogue import ACTIONS
from sentio.execution.routes import routes
from sentio.kernel.config import Settings
from sentio.kernel.errors import ConfigError, DefinitionError, UnknownName

LAB = "http://127.0.0.1:8091"


def peers_file(folder: Path, text: str) -> Settings:
    path = folder / "peers.toml"
    path.write_text(text, "utf-8")
    return Settings(execution_peers=path)


def own_routes(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (folder / "routes").mkdir()
    (folder / "routes" / "ours.toml").write_text(text, "utf-8")
    monkeypatch.setenv("SENTIO_DEFINITIONS", str(folder))
    return Settings(execution_url=LAB)


def test_every_kind_of_action_has_a_route() -> None:
    found = routes(Settings(execution_url=LAB), known=ACTIONS.names())

    assert set(found.rows) == set(ACTIONS.names())
    assert "dry_run" not in {found.route(kind).controller.name for kind in ACTIONS.names()}


def test_without_peers_nobody_is_asked() -> None:
    found = routes(Settings())

    assert {found.route(kind).controller.name for kind in found.rows} == {"dry_run"}
    assert found.route("scale").peer == ""
    assert found.peer("").url == "http://nobody.invalid"


def test_an_action_whose_peer_is_set_is_routed_to_it(tmp_path: Path) -> None:
    settings = peers_file(
        tmp_path,
        """
        [peers.network]
        url = "https://network.invalid/oss"
        token = "t0ken"
        timeout_s = 2.5
        [peers.network.route]
        prefix = "/tmf-api/activation/v4"
        """,
    )

    found = routes(settings)

    assert found.route("scale").controller.name == "tmf640_activation"
    assert found.route("scale").extra == {"prefix": "/tmf-api/activation/v4"}
    assert found.route("ticket").controller.name == "dry_run"
    peer = found.peer("network")
    assert (peer.url, peer.token, peer.timeout_s) == ("https://network.invalid/oss", "t0ken", 2.5)


def test_one_address_stands_for_all_peers_that_are_not_named(tmp_path: Path) -> None:
    path = tmp_path / "peers.toml"
    path.write_text('[peers.ran]\nurl = "http://ran.invalid"\n', "utf-8")

    found = routes(Settings(execution_peers=path, execution_url=LAB))

    assert found.peer("ran").url == "http://ran.invalid"
    assert found.peer("tickets").url == LAB
    assert found.route("move_work").extra == {"prefix": "/hooks/changes"}


def test_own_routes_replace_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[actions.scale]\ncontroller = "webhook"\npeer = "changes"\n'

    found = routes(own_routes(tmp_path, text, monkeypatch), known=ACTIONS.names())

    assert found.route("scale").controller.name == "webhook"
    assert found.route("switch").controller.name == "tmf640_activation"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[actions.scale]\ncontroller = "tmf640_activatoin"\npeer = "x"', "tmf640_activation"),
        ('[actions.scael]\ncontroller = "webhook"\npeer = "x"', "'scale'"),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = own_routes(tmp_path, text, monkeypatch)

    with pytest.raises(UnknownName, match=f"Did you mean.*{said}"):
        routes(settings, known=ACTIONS.names())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[actions", "no TOML"),
        ('[actions.scale]\ncontroler = "webhook"', "actions.scale.controller"),
        ('[actions.scale]\ncontroller = "webhook"\nextra = { prefix = "hooks" }', "extra.prefix"),
        ('[actions.scale]\ncontroller = "webhook"\nextra = { most = "many" }', "extra.most"),
        ('[actions.scale]\ncontroller = "webhook"\nextra = { sink = 7 }', "extra.sink"),
    ],
)
def test_a_wrong_route_is_named(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = own_routes(tmp_path, text, monkeypatch)

    with pytest.raises(DefinitionError, match=said) as found:
        routes(settings)

    assert found.value.where.endswith("ours.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[peers.ran]\nurl = "ran.invalid"', "peers.ran.url"),
        ('[peers.ran]\nurl = "http://me:pass@ran.invalid"', "peers.ran.url"),
        ('[peers.ran]\nurl = "http://r.invalid"\ntokn = "hush"', "peers.ran.tokn"),
        ('[peers.ran]\nurl = "http://r.invalid"\ntimeout_s = 0', "peers.ran.timeout_s"),
        (
            '[peers.ran]\nurl = "http://r.invalid"\ntoken = "hush"\ntoken_url = "http://l.invalid"',
            "no token",
        ),
    ],
)
def test_a_wrong_peer_is_named_and_no_secret_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said) as found:
        routes(peers_file(tmp_path, text))

    assert "hush" not in str(found.value)
    assert "pass" not in str(found.value)


def test_a_file_of_peers_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        routes(Settings(execution_peers=tmp_path / "none.toml"))


def test_a_peer_that_no_route_uses_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'network'"):
        routes(peers_file(tmp_path, '[peers.netwrok]\nurl = "http://n.invalid"'))
