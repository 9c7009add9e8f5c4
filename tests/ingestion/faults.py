"""The ways in which an answer of a vendor's server can fail, for the servers of both vendors."""

from __future__ import annotations

import gzip
import json
import select
import socket
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

# Beside these a server forgets locators and jobs (`gone`) and ends jobs unfinished (`failed`).
FAULTS = (
    "reset",  # the connection breaks before the answer
    "reset_in_body",  # and in the middle of it
    "cut",  # the body ends before the length that was stated
    "length",  # the stated length is shorter than the body
    "gzip",  # a gzip stream without its end
    "garbage",  # a gzip stream with a wrong bit
    "500",
    "502",  # a gateway's page of HTML
    "html",  # a page of HTML with status 200
    "throttled",
    "slow",  # nothing more comes
    "expired",
)
SLOWEST = 20.0  # seconds after which a slow answer is given up by the server as well


class Handler(Protocol):
    """What `spoil` needs of a request's handler."""

    connection: socket.socket
    close_connection: bool

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer; Content-Length is the body's unless the headers say otherwise."""


def spoil(
    handler: Handler,
    fault: str,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    *,
    throttled: tuple[int, Any, str] = (429, {}, "0"),
) -> None:
    """Answer wrongly.

    Args:
        handler: of the request.
        fault: which way; any but `expired`, `gone` and `failed`, which are answers in order.
        status: of the right answer.
        body: of the right answer, not packed.
        headers: of the right answer.
        throttled: status, content and Retry-After of an answer that asks to come again later.
    """
    headers, packed = dict(headers), {"Content-Encoding": "gzip"}
    match fault:
        case "reset":
            reset(handler)
        case "reset_in_body":
            handler.send(status, body[: len(body) // 2], headers | length(len(body) + 1))
            reset(handler)
        case "cut":
            handler.send(status, body[: len(body) // 2], headers | length(len(body) + 1))
            handler.close_connection = True
        case "length":
            handler.send(status, body, headers | length(max(1, len(body) - 40)))
            handler.close_connection = True
        case "gzip":
            handler.send(status, gzip.compress(body, 1)[:-9], headers | packed)
        case "garbage":
            damaged = bytearray(gzip.compress(body, 1))
            damaged[len(damaged) // 2] ^= 0xFF
            handler.send(status, bytes(damaged), headers | packed)
        case "html":
            page = b"<html><body>Scheduled maintenance</body></html>"
            handler.send(200, page, headers | {"Content-Type": "text/html"})
        case "502":
            handler.send(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
        case "throttled":
            code, content, retry_after = throttled
            kind = {"Content-Type": "application/json", "Retry-After": retry_after}
            handler.send(code, json.dumps(content).encode(), kind)
        case "slow":
            handler.send(status, body[: len(body) // 2], headers | length(len(body) + 1))
            select.select([handler.connection], [], [], SLOWEST)  # until the client hangs up
            handler.close_connection = True
        case "500":
            said = [{"errorCode": "UNKNOWN_EXCEPTION", "message": "An unexpected error"}]
            handler.send(500, json.dumps(said).encode(), {"Content-Type": "application/json"})
        case _:
            raise ValueError(fault)


def length(stated: int) -> dict[str, str]:
    """The header that states a length."""
    return {"Content-Length": str(stated)}


def reset(handler: Handler) -> None:
    """Break the connection off as a fallen network does."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    handler.connection.close()


def serve(server: ThreadingHTTPServer) -> None:
    """Answer from now on; looks often whether to stop, so that no test waits for that."""
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()


class QuietHandler(BaseHTTPRequestHandler):
    """A request's handler that prints nothing, whatever breaks."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
