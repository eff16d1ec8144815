"""The log goes to standard error, one event a line, without identifiers."""

from __future__ import annotations

import logging

import orjson
import pytest
import structlog

from sentio.kernel.log import configure_log, logger


@pytest.fixture(autouse=True)
def _restore():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json_on_standard_error(capsys):
    configure_log("info", "json")

    logger("ingest").info("commit", rows=5, source="drive")

    out, err = capsys.readouterr()
    line = orjson.loads(err)
    assert out == ""
    assert (line["event"], line["rows"], line["source"], line["level"]) == (
        "commit", 5, "drive", "info",
    )  # fmt: skip
    assert line["at"].endswith("Z")


def test_an_identifier_is_never_written(capsys):
    configure_log("info", "json", never=("imsi", "msisdn"))

    logger("ingest").info("row", imsi="262019876543210", cell="7")

    assert "262019876543210" not in capsys.readouterr().err


def test_what_lies_under_the_level_is_not_written(capsys):
    configure_log("warning", "json")

    logger("ingest").info("commit")

    assert capsys.readouterr().err == ""


def test_a_library_that_logs_the_old_way_is_written_the_same_way(capsys):
    configure_log("info", "json")

    logging.getLogger("uvicorn.error").warning("stopping")

    assert orjson.loads(capsys.readouterr().err)["event"] == "stopping"


def test_people_get_plain_lines(capsys):
    configure_log("info", "console")

    logger("ingest").info("commit", rows=5)

    assert "rows=5" in capsys.readouterr().err
