"""The client of all vendors' APIs over real HTTP: whom it trusts and when it gives up."""

from __future__ import annotations

import ipaddress
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingestion.fetch import http
from ingestion.fetch.http import Client, FetchError, Limits, RefusedError
from tests.ingestion import faults
from tests.ingestion.faults import QuietHandler
from tieout.errors import InputError, TieoutError


class Session:
    """Who asks: a session that the server never has to open."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.renewals = 0

    def sign(self, request: requests.PreparedRequest) -> None:
        request.headers["Authorization"] = f"Bearer planted-session-{self.renewals}"

    def renew(self, client: Client) -> None:
        self.renewals += 1


class Server:
    """Answers as it is told; `seen` is every request's path and session."""

    def __init__(
        self, answer: Callable[[Handler], None], tls: ssl.SSLContext | None = None
    ) -> None:
        self.seen: list[tuple[str, str | None]] = []
        seen = self.seen

        class Answering(Handler):
            def do_GET(self) -> None:
                seen.append((self.path, self.headers.get("Authorization")))
                answer(self)

            do_POST = do_GET

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)
        faults.serve(self.http)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


class Handler(QuietHandler):
    """Sends small answers."""

    def send(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


Serve = Callable[..., Server]


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr(http, "wait", seconds.append)
    return seconds


@pytest.fixture
def serve() -> Iterator[Serve]:
    running: list[Server] = []

    def start(answer: Callable[[Handler], None] = Handler.send, **named: Any) -> Server:
        def ok(handler: Handler) -> None:
            handler.send(200)

        running.append(Server(ok if answer is Handler.send else answer, **named))
        return running[-1]

    yield start
    for one in running:
        one.close()


def client_of(url: str, **limits: Any) -> Client:
    return Client("Vendor", Session(url), Limits(**limits))


def session_of(client: Client) -> Session:
    assert isinstance(client.authorisation, Session)
    return client.authorisation


# -------------------------------------------------------------------------------------------- TLS


def self_signed(directory: Path) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(tls=context)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(RefusedError, match="certificate of Vendor is not valid"):
        client_of(server.url).get("/rows")
    with pytest.raises(RefusedError, match="certificate of Vendor is not valid"):
        client_of(server.url).plain("POST", f"{server.url}/token", {"client_secret": "planted"})
    assert server.seen == []  # nothing was sent
    assert waited == []  # nor tried again: it would not become another certificate
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert client_of(server.url).get("/rows").status == 200


def test_a_connection_that_breaks_before_the_certificate_is_tried_again(
    waited: list[float],
) -> None:
    """The network's fault is nobody's certificate."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                connection.recv(1)
                connection.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        with pytest.raises(FetchError, match="in 3 tries"):
            client_of(f"https://127.0.0.1:{listener.getsockname()[1]}").get("/rows")
        thread.join(timeout=10)
    assert len(waited) == 2


# -------------------------------------------------------------------------- where a session goes


def test_no_password_of_the_users_own_is_sent(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets come from the environment and dlt's file alone; .netrc is for other programs."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password planted\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    def answer(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        handler.send(200)

    server = serve(answer)
    client = client_of(server.url)
    client.plain("POST", f"{server.url}/token", {"client_secret": "planted"})
    client.get("/rows")
    assert [session for _, session in server.seen] == [None, "Bearer planted-session-1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_session_along(serve: Serve, status: int) -> None:
    elsewhere = serve()
    server = serve(lambda handler: handler.send(status, Location=f"{elsewhere.url}/rows?a=b"))
    client = client_of(server.url)
    with pytest.raises(FetchError, match=r"redirects to 127\.0\.0\.1") as refused:
        client.get("/rows")
    assert elsewhere.url.removeprefix("http://") in str(refused.value)
    with pytest.raises(FetchError, match="redirects"):
        client.plain("POST", f"{server.url}/token", {"client_secret": "planted"})
    assert elsewhere.seen == []
    assert len(server.seen) == 2


def test_a_next_page_elsewhere_is_not_asked_for(serve: Serve) -> None:
    elsewhere, server = serve(), serve()
    client = client_of(server.url)
    host = elsewhere.url.removeprefix("http://")
    for address in (f"{elsewhere.url}/next", f"@{host}/next"):
        with pytest.raises(FetchError, match="names an address to go on at"):
            client.get(address)
    for address in ("/next", f"//{host}/next", f"{server.url}/next"):
        assert client.get(address).status == 200
    assert elsewhere.seen == []
    assert len(server.seen) == 3


# -------------------------------------------------------------------------------------- sessions


def test_a_session_is_renewed_once(serve: Serve) -> None:
    def answer(handler: Handler) -> None:
        handler.send(200 if handler.headers["Authorization"].endswith("2") else 401)

    server = serve(answer)
    client = client_of(server.url)
    assert client.get("/rows").status == 200
    assert session_of(client).renewals == 2  # to begin with, and when it was over
    assert len(server.seen) == 2


def test_sessions_that_end_at_once_are_not_renewed_for_ever(serve: Serve) -> None:
    server = serve(lambda handler: handler.send(401))
    client = client_of(server.url)
    with pytest.raises(RefusedError, match="Vendor refuses"):
        client.get("/rows")
    assert session_of(client).renewals == 2
    assert len(server.seen) == 2


# ----------------------------------------------------------------------------------------- tries


def test_pauses_grow_and_are_random(waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:  # nobody listens there, and nobody else can take it
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(FetchError, match="in 3 tries: no connection"):
            client_of(url).get("/rows")
    assert len(waited) == 2
    client = client_of(url, longest_pause=10)
    drawn = [client.back_off(attempt) for attempt in range(1, 50)]
    assert len(set(drawn)) == len(drawn)
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    assert [client.back_off(attempt) for attempt in range(1, 6)] == [2, 4, 8, 10, 10]


def test_certificates_that_are_not_there_are_no_full_disk(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    server, missing = serve(), tmp_path / "no.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(missing))
    with pytest.raises(InputError, match=str(missing)) as failed:
        client_of(server.url.replace("http://", "https://")).get("/rows")
    assert "REQUESTS_CA_BUNDLE" in str(failed.value.where)
    assert waited == []


def test_what_a_login_answers_is_kept_nowhere(serve: Serve) -> None:
    """A token in an answer that cannot be read is known to nobody as a secret."""

    def answer(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send(200, b'{"access_token":"planted-tok')

    server = serve(answer)
    client = client_of(server.url)
    with pytest.raises(FetchError, match="no JSON") as failed:
        client.plain("POST", f"{server.url}/token", {"client_secret": "planted"})
    assert failed.value.answer is None


def test_a_full_disk_is_no_fault_of_the_vendor(serve: Serve, waited: list[float]) -> None:
    server = serve()
    with pytest.raises(TieoutError, match="cannot be written: No space left") as failed:
        client_of(server.url).download("/rows", Path("/dev/full"))
    assert not isinstance(failed.value, FetchError)
    assert waited == []
    assert len(server.seen) == 1


@pytest.mark.parametrize("length", [10**6, None])
def test_an_answer_in_drops_comes_to_an_end(serve: Serve, length: int | None) -> None:
    """Each of its bytes is in time, and all of them would take for ever."""
    drop = threading.Event()

    def answer(handler: Handler) -> None:
        handler.send_response_only(200)
        if length:
            handler.send_header("Content-Length", str(length))
        else:
            handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while not drop.wait(0.01):
            handler.wfile.write(b" " if length else b"1\r\n \r\n")
            handler.wfile.flush()

    client = client_of(serve(answer).url, whole=0.1)
    try:
        with pytest.raises(FetchError, match="an answer without an end in time"):
            client.get("/rows")
    finally:
        drop.set()
    assert client.calls == 3
