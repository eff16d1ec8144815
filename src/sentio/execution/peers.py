"""Which peers there are, where, and how we show them who we are: a file of the operator's."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from sentio.execution.peer import Peer
from sentio.execution.token import ClientToken
from sentio.kernel.clock import Clock
from sentio.kernel.errors import ConfigError, SentioError

Url = Annotated[str, Field(pattern=r"^https?://[^\s?#@]+$")]
Model = TypeVar("Model", bound=BaseModel)


class Extra(BaseModel):
    """What a controller needs beside; the page of the controllers says what each one knows."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride]

    prefix: str | None = Field(default=None, pattern=r"^(/[^\s?#]*)?$")
    most: str | None = Field(default=None, pattern=r"^[1-9]\d{0,4}$")

    def texts(self) -> dict[str, str]:
        """Give what is said."""
        return {name: str(value) for name, value in self.model_dump(exclude_none=True).items()}


class PeerEntry(BaseModel):
    """One peer: where it is, and how we show who we are."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    token: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")
    token_url: Url | None = None
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str = ""
    timeout_s: float = Field(default=5.0, gt=0.0, le=120.0)
    route: Extra = Extra()

    @model_validator(mode="after")
    def _has_one_way(self) -> PeerEntry:
        if self.token_url and (self.token.get_secret_value() or not self.client_id):
            raise ValueError("with token_url belong client_id and client_secret, and no token")
        return self

    def connect(self, *, clock: Clock | None = None) -> Peer:
        """Make a connection, for one thread."""
        return Peer(
            self.url,
            token=self.token.get_secret_value(),
            tokens=self._tokens(clock),
            secret=self.secret.get_secret_value(),
            timeout_s=self.timeout_s,
            clock=clock,
        )

    def _tokens(self, clock: Clock | None) -> ClientToken | None:
        if self.token_url is None:
            return None
        return ClientToken(
            self.token_url,
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value(),
            scope=self.scope,
            timeout_s=self.timeout_s,
            clock=clock,
        )


class PeerFile(BaseModel):
    """The file of peers."""

    model_config = ConfigDict(extra="forbid")

    peers: dict[str, PeerEntry]


def read_peers(path: Path | None) -> dict[str, PeerEntry]:
    """Read the file of peers, if there is one; raises `ConfigError`."""
    return {} if path is None else read_toml(PeerFile, path, ConfigError).peers


def read_toml(model: type[Model], path: Traversable, error: type[SentioError]) -> Model:
    """Read a file and check it; raises an error that names file and field, and no value."""
    where = str(path) if isinstance(path, Path) else path.name
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as found:
        raise error(f"the file cannot be read: {found.strerror}", where=where) from found
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as found:
        raise error(f"that is no TOML: {found}", where=where) from found
    except ValidationError as found:
        first = found.errors(include_input=False)[0]  # what is wrong may be a secret
        name = ".".join(str(part) for part in first["loc"]) or "the file"
        raise error(f"{name}: {first['msg'].removeprefix('Value error, ')}", where=where) from None
