"""An identity provider on a real port of this machine, which signs what it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

RSA_KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


class Provider:
    def __init__(self) -> None:
        self.keys = {"rsa-1": RSA_KEYS[0], "ec-1": EC_KEY}
        self.asked: list[str] = []
        self.is_up = True
        self.claims_to_be = ""
        self.forms: list[dict] = []
        self.authorizations: list[str] = []
        self.tokens: dict[str, str] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                if not provider.is_up:
                    self.send_error(503)
                    return
                body = json.dumps(provider.document(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.forms.append(parse_qs(body))
                if given := self.headers.get("Authorization"):
                    provider.authorizations.append(given)
                told = json.dumps(provider.tokens).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/realm"

    def document(self, path: str) -> dict:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.claims_to_be or self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
            }
        return {"keys": [public(name, key) for name, key in self.keys.items()]}

    def answers(self, *, access_roles: list[str] | None = None, **claims: object) -> None:
        """Let it trade any code in for these tokens."""
        usual = {"iss": self.url, "sub": "u-1", "exp": int(time.time()) + 60}
        own = {**usual, "aud": "pages", **claims}
        access = {**usual, "aud": "sentio", "roles": access_roles or []}
        self.tokens = {"id_token": self.sign(own), "access_token": self.sign(access)}

    def sign(self, claims: dict, *, kid: str = "rsa-1", key=None, alg: str = "", **header) -> str:
        key = key or self.keys[kid]
        alg = alg or ("ES256" if kid.startswith("ec") else "RS256")
        return jwt.encode(claims, key, alg, headers={"kid": kid, **header})


def public(name: str, key) -> dict:
    kind = ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else RSAAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": name, "use": "sig"}


@contextmanager
def issuing() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join()
