"""One polite HTTP client for all vendors: time-outs, tries, limits, a budget, and no secret shown.

An answer is whole or it is none: a body that was cut short, a gzip stream without its end, a page
of HTML with status 200 and JSON that does not parse are tried again like a refused connection.
"""

from __future__ import annotations

import json as json_module
import logging
import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import requests
import urllib3

from ingestion.spec import SystemApi
from tieout.errors import InputError, TieoutError, chain
from tieout.redact import redact

log = logging.getLogger(__name__)

Expect = Literal["json", "csv", "any"]

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
_BLOCK = 1 << 18


def wait(seconds: float) -> None:
    """Do nothing for a while."""
    time.sleep(seconds)


class FetchError(TieoutError):
    """A vendor's server did not give what was asked for (exit code 1).

    Attributes:
        status: HTTP status of the last answer, None when there was none.
        answer: the last answer, None when there was none.
    """

    status: int | None = None
    answer: Answer | None = None


class BudgetSpent(FetchError):
    """The calls that one fetch may make are used up; the next one goes on where it ended."""


class RefusedError(InputError):
    """The vendor does not accept the credentials, or they may not read this (exit code 2)."""


@dataclass(frozen=True)
class Limits:
    """How a vendor wants to be treated.

    Attributes:
        timeout: seconds to connect, and between two pieces of an answer.
        whole: seconds that one answer may take in all: a server that sends a byte now and then
            would never be out of time.
        tries: how often one request is sent at most.
        pause: seconds, of which a random part is waited before the second try; doubled each time.
        longest_pause: seconds; where Retry-After asks for more, the fetch ends and is kept.
        concurrency: requests under way at the same time.
        calls: requests that one fetch may make, retries included.
    """

    timeout: tuple[float, float] = (10, 120)
    whole: float = 1800.0
    tries: int = 3
    pause: float = 2.0
    longest_pause: float = 300.0
    concurrency: int = 4
    calls: int = 5000

    @classmethod
    def of(cls, api: SystemApi) -> Limits:
        """The limits that a system's declaration sets."""
        return cls(
            timeout=(min(cls.timeout[0], api.timeout), api.timeout),
            concurrency=api.concurrency,
            calls=api.calls,
        )


@dataclass(frozen=True)
class Answer:
    """A whole answer. `content` is empty where the body went to a file."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""

    def json(self) -> Any:
        """The body. Numbers with a point stay text: an amount never passes a float.

        Read once, also when the client has proved that it is JSON: it is large, and not to change.
        """
        return self._read

    @cached_property
    def _read(self) -> Any:
        return json_module.loads(self.content, parse_float=str)

    @property
    def date(self) -> datetime | None:
        """The server's own clock, UTC without zone."""
        return _http_date(self.headers.get("Date", ""))


class Authorisation(Protocol):
    """How requests are signed.

    Attributes:
        base_url: what paths are appended to; may change with `renew`.
    """

    base_url: str

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add what proves who asks; called before every try."""

    def renew(self, client: Client) -> None:
        """Get a new session; called before the first request and when the session has expired."""


class _Retry(Exception):
    """This try failed in a way that another may not. Its text holds no secret."""

    def __init__(self, why: str, wait: float | None = None, answer: Answer | None = None) -> None:
        super().__init__(why)
        self.wait = wait
        self.answer = answer


@dataclass
class Client:
    """Requests to one vendor.

    Attributes:
        title: the vendor's name, for messages.
        calls: requests sent so far.
        clock: the server's own time at its last answer, UTC without zone.
        is_expired: whether an answer says that the session is over.
        is_throttled: whether an answer asks to come again later, beside 429 and 503.
        refusal: what an answer says is wrong, for people.
    """

    title: str
    authorisation: Authorisation
    limits: Limits = Limits()
    is_expired: Callable[[Answer], bool] = lambda answer: answer.status == 401
    is_throttled: Callable[[Answer], bool] = lambda answer: answer.status in (429, 503)
    refusal: Callable[[Answer], str] = lambda answer: f"status {answer.status}"
    calls: int = field(default=0, init=False)
    clock: datetime | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = True  # for proxies and certificates
        self._session.auth = lambda request: request  # or requests takes passwords from .netrc
        self._session.headers.update({"Accept-Encoding": "gzip", "User-Agent": "tieout"})
        self._slots = threading.BoundedSemaphore(self.limits.concurrency)
        self._renewal = threading.RLock()
        self._counting = threading.Lock()
        self._session_number = 0
        self._environment: dict[str, dict[str, Any]] = {}

    # ---------------------------------------------------------------- requests

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expect = "json",
    ) -> Answer:
        """A GET request below the base address; see `download` for what it raises."""
        return self._ask(expect, None, method="GET", path=path, params=params, headers=headers)

    def post(
        self,
        path: str,
        json: Any = None,
        data: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expect = "json",
    ) -> Answer:
        """A POST request below the base address; only such as may be sent twice."""
        return self._ask(
            expect,
            None,
            method="POST",
            path=path,
            params=params,
            headers=headers,
            json=json,
            data=data,
        )

    def delete(self, path: str) -> Answer:
        """A DELETE request below the base address."""
        return self._ask("any", None, method="DELETE", path=path)

    def download(
        self,
        path: str,
        target: Path,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expect = "csv",
        flaw: Callable[[Answer], str | None] = lambda answer: None,
    ) -> Answer:
        """A GET request whose body goes to `target`, gzip-compressed as it is named `.gz`.

        Args:
            path: of the resource, below the base address.
            target: the file to write.
            params: of the query.
            headers: beside those that every request has.
            expect: kind of the body.
            flaw: what is wrong with the file, None for nothing: then it is asked for again.

        Raises:
            FetchError: every try failed, or the vendor refuses the request.
            BudgetSpent: the budget of calls is used up.
            RefusedError: the credentials are not accepted, or may not read this.
        """
        return self._ask(
            expect, target, flaw, method="GET", path=path, params=params, headers=headers
        )

    def plain(self, method: str, url: str, data: Mapping[str, str]) -> Answer:
        """A form sent without signature, such as one that asks for a token; tried like any other.

        The answer is given whatever its status is, unless that says to try again; one that is
        accepted is JSON.
        """
        try:
            return self._tried(
                f"{method} {url}",
                lambda: self._send("json", None, False, method=method, url=url, data=data),
            )
        except FetchError as error:
            error.answer = None  # to be kept nowhere: it may hold a token that nobody has read
            raise

    def back_off(self, attempt: int) -> float:
        """Seconds to wait after a try that failed, the first one being 1: longer each time."""
        longest = min(self.limits.pause * 2 ** (attempt - 1), self.limits.longest_pause)
        return random.uniform(0, longest)  # noqa: S311 - spreads requests, guards nothing

    def log_in(self) -> None:
        """Open a session, unless there is one."""
        if self._session_number == 0:
            self._renew(0)

    # ------------------------------------------------------------------- parts

    def _ask(
        self,
        expect: Expect,
        target: Path | None,
        flaw: Callable[[Answer], str | None] = lambda answer: None,
        **request: Any,
    ) -> Answer:
        path = request.pop("path")
        shown = f"{request['method']} {path}"
        self.log_in()
        renewed = False
        while True:
            number = self._session_number
            answer = self._tried(shown, lambda: self._below(expect, target, flaw, path, request))
            if self.is_expired(answer):
                if renewed:
                    raise self._refused(shown, answer)
                log.info("%s: the session has expired and is renewed", self.title)
                self._renew(number)
                renewed = True
                continue
            if answer.status in (401, 403):
                raise self._refused(shown, answer)
            if answer.status >= 400:
                raise self._failed(
                    FetchError, f"{self.title} refuses a request: {self.refusal(answer)}", shown,
                    "Correct what it names; if it is a declared object or column, mend its"
                    " declaration in ingestion/sources.", answer,
                )  # fmt: skip
            return answer

    def _below(
        self,
        expect: Expect,
        target: Path | None,
        flaw: Callable[[Answer], str | None],
        path: str,
        request: dict[str, Any],
    ) -> Answer:
        answer = self._send(expect, target, True, url=self._address(path), **request)
        if answer.status < 300 and (wrong := flaw(answer)):
            raise _Retry(wrong, answer=answer)
        return answer

    def _address(self, path: str) -> str:
        """Where a resource is; an answer may have named it, and the session goes nowhere else."""
        base = self.authorisation.base_url
        url = f"{base}{path}" if path.startswith("/") else path
        if urlsplit(url)[:2] != urlsplit(base)[:2]:
            raise self._elsewhere(f"names an address to go on at: {_host(url)}", url, None)
        return url

    def _elsewhere(self, does: str, url: str, answer: Answer | None) -> TieoutError:
        return self._failed(
            FetchError, f"{self.title} {does}. It is not asked: the session would go with it.", url,
            "If the company has moved there, set its new address in the credentials;"
            " see docs/apis.md.", answer,
        )  # fmt: skip

    def _renew(self, number: int) -> None:
        with self._renewal:
            if self._session_number == number:  # nobody else has renewed it meanwhile
                self.authorisation.renew(self)
                self._session_number += 1

    def _tried(self, shown: str, send: Callable[[], Answer]) -> Answer:
        last: _Retry | None = None
        for attempt in range(1, self.limits.tries + 1):
            try:
                return send()
            except _Retry as retry:
                last = retry
                log.warning("%s", redact(f"{self.title}: {shown}: try {attempt}: {retry}"))
                if retry.wait is not None and retry.wait > self.limits.longest_pause:
                    raise self._failed(
                        FetchError,
                        f"{self.title} asks to come again in {retry.wait:,.0f} seconds: {retry}",
                        shown,
                        "What was fetched is kept: fetch again then, and it goes on from there.",
                        retry.answer,
                    ) from None
                if attempt < self.limits.tries:
                    wait(self._pause(attempt, retry))
        raise self._failed(
            FetchError,
            f"{self.title} did not answer as it should in {self.limits.tries} tries: {last}",
            shown,
            "What was fetched is kept: fetch again later, and it goes on from there.",
            last.answer if last else None,
        ) from None

    def _pause(self, attempt: int, retry: _Retry) -> float:
        """Never before the time that the vendor names; a part at random, lest all come at once."""
        return (retry.wait or 0.0) + self.back_off(attempt)

    def _count(self, shown: str) -> None:
        with self._counting:
            if self.calls >= self.limits.calls:
                raise self._failed(
                    BudgetSpent,
                    f"The budget of {self.limits.calls:,} calls to {self.title} is used up.",
                    shown,
                    "What was fetched is kept: fetch again and it goes on from there, or allow"
                    " more (`calls` under `api:` in ingestion/sources).",
                    None,
                )
            self.calls += 1

    def _send(
        self, expect: Expect, target: Path | None, sign: bool, *, method: str, url: str,
        **content: Any,
    ) -> Answer:  # fmt: skip
        self._count(f"{method} {url}")
        prepared = self._session.prepare_request(requests.Request(method, url, **content))
        if sign:
            self.authorisation.sign(prepared)
        with self._slots:
            try:
                with self._session.send(
                    prepared,
                    timeout=self.limits.timeout,
                    allow_redirects=False,
                    **self._settings(prepared.url or url),
                ) as response:
                    return self._received(response, expect, target)
            except requests.exceptions.SSLError as error:
                if not _is_untrusted(error):
                    raise _Retry("a TLS connection that broke") from error
                raise self._failed(
                    RefusedError, f"The certificate of {self.title} is not valid.", url,
                    "Nothing was sent. Check the address; a company's own proxy needs its"
                    " certificate in REQUESTS_CA_BUNDLE.", None,
                ) from error  # fmt: skip
            except (
                requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError,
                TimeoutError,
            ) as error:  # fmt: skip
                raise _Retry(_kind(error)) from error
            except OSError as error:  # of this machine: the vendor has answered, or was not asked
                if error.errno is None:  # in the words of requests
                    raise self._failed(
                        InputError, f"{self.title} cannot be asked: {error}.",
                        "REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE",
                        "Let it name a file of certificates, or unset it.", None,
                    ) from error  # fmt: skip
                raise self._failed(
                    TieoutError, f"What {self.title} answers cannot be written: {error.strerror}.",
                    str(target), "Make room there, and fetch again: it goes on from there.", None,
                ) from error  # fmt: skip

    def _settings(self, url: str) -> dict[str, Any]:
        """Proxies and certificates, as the environment says for a host: read once, not per page."""
        host = urlsplit(url).netloc
        if host not in self._environment:
            found = self._session.merge_environment_settings(url, {}, True, None, None)
            found["verify"] = found["verify"] or True  # never switched off
            self._environment[host] = dict(found)
        return self._environment[host]

    def _received(self, response: requests.Response, expect: Expect, target: Path | None) -> Answer:
        status, headers = response.status_code, response.headers
        to_file = target if status < 300 else None
        packed = headers.get("Content-Encoding", "").lower() == "gzip"
        kind = headers.get("Content-Type", "").lower()
        if status < 300 and expect != "any" and "html" in kind:
            raise _Retry(f"a page of HTML with status {status}", answer=Answer(status, headers))
        content = self._body(response, packed, to_file)
        answer = Answer(status, headers, content)
        if 300 <= status < 400:
            where = _host(headers.get("Location", ""))
            raise self._elsewhere(
                f"redirects to {where} (status {status})", response.url or "", answer
            )
        self.clock = answer.date or self.clock
        if status in RETRIED_STATUSES or self.is_throttled(answer):
            said = f"status {status}" if status >= 500 else self.refusal(answer)
            raise _Retry(said, _retry_after(headers), answer)
        if status < 300 and expect == "json":
            try:
                answer.json()
            except ValueError:
                raise _Retry("an answer that is no JSON", answer=answer) from None
        return answer

    def _body(self, response: requests.Response, packed: bool, target: Path | None) -> bytes:
        """The body, proved to be whole; in memory unpacked, in a file packed."""
        unpacker = zlib.decompressobj(wbits=31) if packed else None
        packer = zlib.compressobj(level=1, wbits=31) if target and not packed else None
        pieces: list[bytes] = []
        out = target.open("wb") if target else None
        try:
            for block in self._blocks(response.raw):
                try:
                    plain = _unpacked(unpacker, block) if unpacker else block
                except zlib.error:
                    raise _Retry("a damaged gzip stream") from None
                if out is None:
                    pieces.append(plain)
                else:
                    out.write(packer.compress(block) if packer else block)
            if unpacker and not unpacker.eof and (pieces or out):
                raise _Retry("a gzip stream without its end")
            if out and packer:
                out.write(packer.flush())
        finally:
            if out:
                out.close()
        return b"".join(pieces)

    def _blocks(self, raw: Any) -> Iterator[bytes]:
        """The body as it comes, as long as that is not too long."""
        end = time.monotonic() + self.limits.whole
        # of a body of known length `stream` would wait for a whole block
        blocks = (
            raw.stream(_BLOCK, decode_content=False)
            if raw.chunked
            else iter(lambda: raw.read1(_BLOCK, decode_content=False), b"")
        )
        for block in blocks:
            if time.monotonic() > end:
                raise _Retry("an answer without an end in time")
            yield block

    # ------------------------------------------------------------------ errors

    def _refused(self, shown: str, answer: Answer) -> TieoutError:
        return self._failed(
            RefusedError,
            f"{self.title} refuses: {self.refusal(answer)}",
            shown,
            "Check the credentials, and that their user may read this; see docs/apis.md.",
            answer,
        )

    def _failed(
        self, kind: type[TieoutError], what: str, where: str, do: str, answer: Answer | None
    ) -> TieoutError:
        error = kind(redact(what), where=redact(where), do=do)
        if isinstance(error, FetchError):
            error.answer = answer
            error.status = answer.status if answer else None
        return error


def _unpacked(unpacker: Any, block: bytes) -> bytes:
    """What a block holds; a body may be several gzip members, of which only the last counts."""
    plain: bytes = unpacker.decompress(block)
    if unpacker.unused_data.strip(b"\0"):
        raise zlib.error("something follows the end of the stream")
    return plain


def _is_untrusted(error: BaseException) -> bool:
    """Whether a certificate is what is wrong; else the connection broke while it was made."""
    return any(isinstance(one, ssl.CertificateError) for one in chain(error))


def _host(url: str) -> str:
    """The host of an address, without whoever stands before it."""
    return urlsplit(url).netloc.rpartition("@")[2] or "another address"


def _kind(error: Exception) -> str:
    """What went wrong, without the error's own text, which holds addresses and headers."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.IncompleteRead):
        return "an answer that was cut short"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.HTTPError):
        return "an answer that was cut short or damaged"
    if isinstance(error, requests.ConnectionError):
        return "no connection, or one that broke"
    return type(error).__name__


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: the header is a number of seconds or a date."""
    text = headers.get("Retry-After", "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    moment = _http_date(text)
    if moment is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC).replace(tzinfo=None)
    return max(0.0, (moment - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
