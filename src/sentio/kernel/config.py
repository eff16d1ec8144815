"""Settings: built-in default, then ``sentio.toml``, then environment, then command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from sentio.kernel.config_file import FILE_VARIABLE, PREFIX, read_settings_file, settings_file
from sentio.kernel.config_wrong import explained

Megabytes = Annotated[int, Field(ge=1, le=1_048_576)]


def _in_data_folder(name: str) -> Any:  # noqa: ANN401  (what a pydantic default factory may be)
    return lambda data: data["data_folder"] / name


class Settings(BaseSettings):
    """Every setting of Sentio; each is also ``SENTIO_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, validate_default=True
    )

    data_folder: Path = Field(
        default=Path("sentio-data"),
        description="Folder of everything Sentio keeps: facts, state, key.",
    )
    key_file: Path = Field(
        default_factory=_in_data_folder("key"),
        description="File of the pseudonym key, made if absent. Default: `key` in the data folder.",
    )
    key: SecretStr | None = Field(
        default=None,
        description="The pseudonym key itself, 64 hexadecimal digits; it replaces the key file.",
    )
    state_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['data_folder'] / 'state.db'}",
        pattern=r"^(sqlite|postgresql\+psycopg)://",
        description="Database of sources, API keys and audit: `sqlite:///file` or "
        "`postgresql+psycopg://user:password@host/database`. Default: SQLite in the data folder.",
    )
    holidays_country: str = Field(
        default="",
        description="Country whose public holidays and weekend are free days when planned works "
        "are foretold: ISO 3166-1 alpha-2, or with its part, such as `DE-BY`. Default: none.",
    )
    holidays_also: tuple[date, ...] = Field(
        default=(), description="More days on which people do not work, such as `2026-12-24`."
    )
    memory_limit_mb: int = Field(
        default=768,
        ge=128,
        le=1_048_576,
        description="Memory of the store before it uses the disk.",
    )
    threads: int = Field(
        default=0, ge=0, le=1024, description="Threads of the store; 0 takes all processors."
    )
    commit_rows: int = Field(
        default=1_000_000,
        ge=1,
        le=100_000_000,
        description="Rows between two commits; after a crash at most these are read again.",
    )
    late_after_s: int = Field(
        default=900,
        ge=0,
        le=31_536_000,
        description="A record this far behind the newest of its input is kept and marked late.",
    )
    future_skew_s: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="A record may lie this far in the future before it is rejected (clock skew).",
    )
    location_decimals: int = Field(
        default=3,
        ge=0,
        le=7,
        description="Positions in degrees are rounded to so many decimals; 3 is about 100 m.",
    )
    retention_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days of facts that `sentio retention` keeps; none: nothing is dropped.",
    )
    archive_max_ratio: int = Field(
        default=200,
        ge=2,
        le=100_000,
        description="An archive may unpack to so many times its own size, after its first 16 MB.",
    )
    archive_max_unpacked_mb: Megabytes = Field(
        default=65_536, description="What one archive may unpack to."
    )
    archive_max_members: int = Field(
        default=100_000, ge=1, le=10_000_000, description="Members of one archive that are read."
    )
    watch_poll_s: float = Field(
        default=2.0, ge=0.01, le=3600, description="Pause between two looks at a watched folder."
    )
    watch_still_s: float = Field(
        default=3.0,
        ge=0,
        le=3600,
        description="A watched file is read once it has not changed for this long.",
    )
    awareness_enabled: bool = Field(
        default=True, description="Whether `sentio serve` watches for degradations."
    )
    awareness_period_s: int = Field(
        default=300,
        ge=60,
        le=3600,
        multiple_of=60,
        description="Length of the periods the watch judges, whole minutes.",
    )
    awareness_grace_s: int = Field(
        default=120,
        ge=0,
        le=86_400,
        description="A period is judged once the newest use is this far behind its end; "
        "what comes later is not watched.",
    )
    awareness_learn_days: float = Field(
        default=14,
        ge=0,
        le=365,
        description="Days of data, gaps not counted, that the watch only learns from.",
    )
    decision_policy: str = Field(
        default="default",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Which policy says what is done by itself: one of `definitions/policies`, or "
        "of the operator's own.",
    )
    decision_autonomy: Literal["observe", "advise", "approve", "act"] = Field(
        default="advise",
        description="How far the platform goes at most, whatever the policy allows: it notes what "
        "it would do, tells people, waits for their yes, or acts.",
    )
    collection_url: str = Field(
        default="",
        pattern=r"^(https?://(\[[0-9A-Fa-f:.]+\]|[^\s/@:?#\[\]]+)(:\d{1,5})?([/?][^\s#]*)?)?$",
        description="Where `sentio serve` POSTs orders to measure more finely, and DELETEs them; "
        "empty: they are only kept and shown.",
    )
    collection_token: SecretStr | None = Field(
        default=None, description="Bearer token sent along with these orders."
    )
    collection_timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="An order must have been answered after this time."
    )
    execution_peers: Path | None = Field(
        default=None,
        description="File of the peers that carry actions out, with their addresses and tokens; "
        "an action whose peer is not in it is only told, not done.",
    )
    execution_url: str = Field(
        default="",
        pattern=r"^(https?://(\[[0-9A-Fa-f:.]+\]|[^\s/@:?#\[\]]+)(:\d{1,5})?(/[^\s?#]*)?)?$",
        description="One address of all peers that `execution_peers` does not name, such as that "
        "of the lab; empty: there is none.",
    )
    api_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address `sentio serve` listens on; any but loopback needs an API key first.",
    )
    api_port: int = Field(default=8080, ge=0, le=65_535, description="Port; 0 takes a free one.")
    api_max_body_mb: Megabytes = Field(
        default=64, description="Largest body that may be pushed, as sent."
    )
    api_max_unpacked_mb: Megabytes = Field(
        default=1024, description="Largest body that may be pushed, once unpacked."
    )
    api_queue_bodies: int = Field(
        default=64, ge=1, le=100_000, description="Bodies that may wait for their commit; then 429."
    )
    api_body_timeout_s: int = Field(
        default=60, ge=1, le=3600, description="A body must have arrived whole after this time."
    )
    api_idempotency_days: int = Field(
        default=7, ge=1, le=365, description="So long an Idempotency-Key is remembered."
    )
    api_rate_rows_per_s: int = Field(
        default=0, ge=0, description="Rows a source may push each second; 0: no limit."
    )
    api_rate_requests_per_s: int = Field(
        default=0, ge=0, description="Requests a source may make each second; 0: no limit."
    )
    api_rate_reads_per_s: int = Field(
        default=0,
        ge=0,
        description="Reads that one key or token may make each second; 0: no limit.",
    )
    session_s: int = Field(
        default=36_000,
        ge=60,
        le=2_592_000,
        description="So long somebody stays signed in with a browser.",
    )
    api_public_url: str = Field(
        default="",
        max_length=300,
        pattern=r"^(https?://(\[[0-9A-Fa-f:.]+\]|[^\s/@:?#\[\]]+)(:\d{1,5})?)?$",
        description="Scheme, host and port by which browsers reach the server, such as "
        "`https://cem.example`; empty: as they say themselves.",
    )
    privacy_least_members: int = Field(
        default=20,
        ge=2,
        le=1_000_000,
        description="Whoever has the role `marketing` sees no group of fewer subjects than this.",
    )
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Issuer (OpenID Connect) whose tokens are accepted beside API keys; https, or "
        "http on this machine. Empty: keys only.",
    )
    oidc_audience: str = Field(
        default="sentio", min_length=1, description="What the audience of a token must hold."
    )
    oidc_roles_claim: str = Field(
        default="roles",
        min_length=1,
        description="Claim that holds the roles, a list or a text; steps are parted by full stops, "
        "such as `realm_access.roles`.",
    )
    oidc_roles_prefix: str = Field(
        default="",
        description="What stands before our roles `ingest`, `read`, `admin` in the token's.",
    )
    oidc_client_id: str = Field(
        default="",
        max_length=200,
        description="Name under which the issuer knows Sentio's pages; with it people sign in "
        "there. Empty: with keys only.",
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of that client, where it has one; PKCE is used anyway."
    )
    oidc_scopes: str = Field(
        default="openid profile", description="What the issuer is asked for as people sign in."
    )
    api_shutdown_s: int = Field(
        default=30,
        ge=1,
        le=3600,
        description="Time for what was accepted to be committed at the end.",
    )
    api_root_path: str = Field(
        default="",
        max_length=200,
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="What stands before every path of the server, such as `/r1-sentio` behind a "
        "gateway; requests with and without it are served.",
    )
    tmf_max_body_mb: Megabytes = Field(
        default=1, description="Largest body of a request to an Open API."
    )
    fault_source: str = Field(
        default="faults",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Source that fault notifications of 3GPP, sent to us, belong to.",
    )
    ves_source: str = Field(
        default="ves",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Source that VES events, sent to us, belong to.",
    )
    notify_allow_private: bool = Field(
        default=False,
        description="Whether notifications may go to addresses that are not public; where "
        "`api_host` is loopback they always may.",
    )
    notify_timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="A subscriber must have answered after this time."
    )
    notify_first_pause_s: float = Field(
        default=1.0,
        gt=0,
        le=3600,
        description="Pause after the first try that failed; it doubles with each.",
    )
    notify_longest_pause_s: float = Field(
        default=300.0, gt=0, le=86_400, description="Longest pause between two tries."
    )
    notify_give_up_s: float = Field(
        default=14_400.0,
        gt=0,
        le=2_592_000,
        description="A subscriber that has not answered for so long is tried no more, "
        "until somebody releases it.",
    )
    notify_backlog_rows: int = Field(
        default=100_000,
        ge=1,
        description="The same with one that does not answer and for whom more than this waits.",
    )
    notify_kept_days: int = Field(
        default=7, ge=1, le=365, description="So long notifications that were given up are kept."
    )
    stale_after_s: int = Field(
        default=900,
        ge=1,
        le=31_536_000,
        description="Data count as old once the newest use is this far behind the clock, and at "
        "least three periods of the watch.",
    )
    lab_control_port: int = Field(
        default=8090,
        ge=0,
        le=65_535,
        description="Port on this machine by which a running lab is steered; 0 takes a free one.",
    )
    lab_southbound_port: int = Field(
        default=8091,
        ge=0,
        le=65_535,
        description="Port on this machine at which a running lab lets others act on its network "
        "(southbound interfaces); 0 takes a free one.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged, to standard error."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="How it is logged; auto: console on a terminal, JSON elsewhere."
    )

    _given: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say which place wins: command line, environment, file."""
        del dotenv_settings, file_secret_settings
        from_file = InitSettingsSource(
            settings_cls, init_kwargs=read_settings_file(settings_file())
        )
        return init_settings, env_settings, from_file

    @classmethod
    def read(cls, overrides: Mapping[str, object]) -> Settings:
        """Read all places; ``overrides`` (the command line) win. Raises pydantic's error."""
        settings = cls(**overrides)  # pyright: ignore[reportArgumentType]
        settings._given = frozenset(overrides)
        return settings

    @property
    def given(self) -> frozenset[str]:
        """Names of the settings given on the command line."""
        return self._given


def load_settings(given: Mapping[str, object] | None = None) -> Settings:
    """Read all settings; raises `ConfigError` that names the setting and where it stands."""
    overrides = {name: value for name, value in (given or {}).items() if value is not None}
    try:
        return Settings.read(overrides)
    except ValidationError as error:
        raise explained(error, frozenset(overrides), Settings.model_fields) from error


def unknown_variables() -> list[str]:
    """List ``SENTIO_*`` variables that are no setting: most likely mistyped, and without effect."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {FILE_VARIABLE, "SENTIO_SHARED"}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
