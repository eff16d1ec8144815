"""Settings come from four places, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentio.kernel.config import Settings, load_settings, unknown_variables
from sentio.kernel.errors import ConfigError
from sentio.kernel.origin import origins


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SENTIO_{name.upper()}", raising=False)
    monkeypatch.delenv("SENTIO_CONFIG", raising=False)


def where(settings: Settings, name: str) -> str:
    return next(each.where for each in origins(settings) if each.name == name)


def test_without_file_and_environment_everything_is_default():
    settings = load_settings()

    assert settings.data_folder == Path("sentio-data")
    assert settings.key_file == Path("sentio-data/key")
    assert settings.state_url == "sqlite:///sentio-data/state.db"
    assert {each.where for each in origins(settings)} == {"default"}


def test_the_command_line_beats_the_environment_and_that_beats_the_file(monkeypatch):
    Path("sentio.toml").write_text("commit_rows = 1\nlate_after_s = 2\nfuture_skew_s = 3\n")
    monkeypatch.setenv("SENTIO_COMMIT_ROWS", "11")
    monkeypatch.setenv("SENTIO_LATE_AFTER_S", "12")

    settings = load_settings({"commit_rows": 21})

    assert (settings.commit_rows, settings.late_after_s, settings.future_skew_s) == (21, 12, 3)
    assert where(settings, "commit_rows") == "command line"
    assert where(settings, "late_after_s") == "environment SENTIO_LATE_AFTER_S"
    assert where(settings, "future_skew_s") == "sentio.toml:3"


def test_key_and_state_follow_the_data_folder():
    settings = load_settings({"data_folder": "/srv/x"})

    assert settings.key_file == Path("/srv/x/key")
    assert settings.state_url == "sqlite:////srv/x/state.db"


def test_a_number_out_of_range_is_refused_with_its_name_place_and_range(monkeypatch):
    monkeypatch.setenv("SENTIO_API_PORT", "70000")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert "api_port is '70000'" in caught.value.what
    assert caught.value.where == "environment SENTIO_API_PORT"
    assert "65535" in caught.value.expected


def test_a_mistyped_setting_in_the_file_is_refused_with_its_line_and_the_nearest_name():
    Path("sentio.toml").write_text("# ours\nmemory_limit = 512\n")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.where == "sentio.toml:2"
    assert "memory_limit_mb" in caught.value.next_step


def test_a_file_that_is_not_toml_is_refused_with_its_name():
    Path("sentio.toml").write_text("commit_rows: 5\n")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.where == "sentio.toml"


def test_a_named_file_that_is_missing_is_refused(monkeypatch):
    monkeypatch.setenv("SENTIO_CONFIG", "elsewhere.toml")

    with pytest.raises(ConfigError, match="no such settings file"):
        load_settings()


def test_a_wrong_data_folder_is_one_problem_not_three():
    with pytest.raises(ConfigError) as caught:
        load_settings({"data_folder": 5})

    assert caught.value.what == "data_folder is 5"


def test_secrets_are_masked_in_origins_and_in_errors(monkeypatch):
    monkeypatch.setenv("SENTIO_KEY", "ab" * 32)
    monkeypatch.setenv("SENTIO_STATE_URL", "postgresql+psycopg://sentio:hunter2@db/sentio")
    shown = {each.name: each.value for each in origins(load_settings())}
    monkeypatch.setenv("SENTIO_STATE_URL", "mysql://sentio:hunter2@db")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert shown["key"] == "***"
    assert shown["state_url"] == "postgresql+psycopg://sentio:***@db/sentio"
    assert "hunter2" not in str(caught.value)


def test_an_empty_variable_counts_as_absent(monkeypatch):
    monkeypatch.setenv("SENTIO_KEY", "")

    settings = load_settings()

    assert settings.key is None
    assert where(settings, "key") == "default"


def test_a_mistyped_variable_is_found(monkeypatch):
    monkeypatch.setenv("SENTIO_DATAFOLDER", "/x")

    assert unknown_variables() == ["SENTIO_DATAFOLDER"]


def test_every_setting_is_described_and_every_number_is_bounded():
    undescribed = [name for name, field in Settings.model_fields.items() if not field.description]
    unbounded = [
        name
        for name, field in Settings.model_fields.items()
        if field.annotation in {int, float} and not field.metadata
    ]

    assert undescribed == []
    assert unbounded == []
