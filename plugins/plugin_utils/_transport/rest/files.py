# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts and files of a plain web server over HTTPS: no session, no JSON, streamed to the disk.

A redirect is followed to HTTPS only. The password goes to the first server only, and to none whose certificate is not accepted.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal
from urllib.parse import urljoin, urlsplit

from ..._engine.version import VERSION
from ..._engine.words.device_text import clean
from ..login_error import LoginError
from .deadline import Allowance
from .errors import chain
from .tls import MISSING, Tls, session

with contextlib.suppress(ImportError):  # tls.MISSING says so
    import requests
    import urllib3

LARGEST_TEXT = 8 << 20  # bytes of a page or a readme
LARGEST_FILE = 4 << 30
LARGEST_ANSWER = 16_384  # bytes of an error page in which words are looked for; open tags make that quadratic
CHUNK = 1 << 18
MOST_REDIRECTS = 3

# certificate: it is not accepted. unreachable: no answer at all. login: 401. forbidden: 403. missing: 404. slow: 429 and 503.
# status: any other. broken: the file ended early, or another limit was met. text: an HTML page where a file was expected.
Kind = Literal["certificate", "unreachable", "login", "forbidden", "missing", "slow", "status", "broken", "text"]
_KINDS: dict[int, Kind] = {401: "login", 403: "forbidden", 404: "missing", 429: "slow", 503: "slow"}

Received = Callable[[int, int], None]  # bytes so far, bytes of the whole file; 0 where the server does not say


class WebFailed(Exception):
    """No text, no file. kind: why. server: who failed, ``host:port``; behind a redirect not the one that was asked. said: the words of
    its answer, bounded, on one line. fingerprint: SHA-256 of the certificate that it shows, where that is known."""

    def __init__(self, kind: Kind, server: str, message: str, said: str = "", fingerprint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.server = server
        self.said = said
        self.fingerprint = fingerprint


@dataclass(frozen=True)
class Site:
    """Where, as whom, and who is trusted. accepted: SHA-256 of the only certificates that are accepted, of all servers on the way;
    without any the authorities in ca, or the system's, decide. proxy: ``http://user:password@host:port``, "" for none.

    timeout: seconds for a connection, and of silence. longest: seconds that one answer may take as a whole.
    """

    host: str
    port: int = 443
    user: str = ""
    password: str = field(default="", repr=False)
    accepted: tuple[str, ...] = ()
    ca: str = ""
    validate: bool = True
    proxy: str = field(default="", repr=False)
    timeout: float = 30.0
    longest: float = 3600.0

    @property
    def origin(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{name}:{self.port}"


@dataclass(frozen=True)
class Text:
    """A whole text. server: who answered, ``host:port``. html: whether it says that it is HTML."""

    text: str
    server: str
    html: bool


@dataclass(frozen=True)
class Fetched:
    """What was written. sha256: hexadecimal digits."""

    size: int
    sha256: str
    server: str


class WebFiles:
    """One site, for as long as a task needs it."""

    def __init__(self, site: Site) -> None:
        """Raises WebFailed where a library is missing."""
        if MISSING:
            text = f"requests is needed on the controller ({MISSING}): pip install requests"
            raise WebFailed("unreachable", site.host, text)
        self._site = site
        self._sessions: dict[tuple[str, str], Any] = {}
        self._good: dict[str, str] = {}  # origin -> the fingerprint that it has
        self._allowance = Allowance(site.longest)

    def close(self) -> None:
        for each in self._sessions.values():
            each.close()
        self._sessions.clear()

    def text(self, path: str) -> Text:
        """path: below the host, percent-encoded. Raises WebFailed."""
        with self._answer(path) as (answer, server):
            data = b"".join(self._pieces(answer, server, LARGEST_TEXT))
            kind = str(answer.headers.get("Content-Type", "")).lower()
            return Text(
                data.decode("utf-8", "replace"), server, "html" in kind or data.lstrip()[:9].lower() == b"<!doctype"
            )

    def fetch(self, path: str, into: IO[bytes], received: Received = lambda done, whole: None) -> Fetched:
        """A file, written as it comes. What was written before a failure is the caller's to remove. Raises WebFailed, OSError."""
        with self._answer(path) as (answer, server):
            if "html" in str(answer.headers.get("Content-Type", "")).lower():
                data = b"".join(self._pieces(answer, server, LARGEST_TEXT))
                raise WebFailed(
                    "text", server, f"{server} answered {path} with an HTML page, not with a file", _words(data)
                )
            told = str(answer.headers.get("Content-Length", ""))
            whole = int(told) if re.fullmatch(r"[0-9]{1,15}", told) else 0
            digest, size = hashlib.sha256(), 0
            for piece in self._pieces(answer, server, LARGEST_FILE):
                into.write(piece)
                digest.update(piece)
                size += len(piece)
                received(size, whole)
            if whole and size != whole:
                raise WebFailed("broken", server, f"{server} sent {size} of {whole} bytes of {path}")
            return Fetched(size, digest.hexdigest(), server)

    # -- one exchange -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _answer(self, path: str) -> Iterator[tuple[Any, str]]:
        """The answer with status 200 at the end of all redirects, and who gave it."""
        url = f"{self._site.origin}/{path.lstrip('/')}"
        for _redirect in range(MOST_REDIRECTS + 1):
            answer, server = self._asked(url)
            with contextlib.closing(answer):
                if answer.status_code in (301, 302, 303, 307, 308):
                    url = self._led(url, str(answer.headers.get("Location", "")), server)
                    continue
                if answer.status_code != 200:
                    raise self._refused(answer, server, path)
                yield answer, server
                return
        raise WebFailed("status", server, f"{server}: more than {MOST_REDIRECTS} redirects")

    @staticmethod
    def _led(url: str, location: str, server: str) -> str:
        target = urljoin(url, location)
        if urlsplit(target).scheme != "https":
            raise WebFailed("status", server, f"{server} leads to {clean(target, 120)}, which is not HTTPS")
        return target

    def _asked(self, url: str) -> tuple[Any, str]:
        """Each accepted certificate is tried in turn; nothing is sent before one is there."""
        parts = urlsplit(url)
        try:
            server = f"{parts.hostname}:{parts.port or 443}"
        except ValueError:
            raise WebFailed("status", self._site.host, f"a redirect to {clean(url, 120)}, which is no URL") from None
        pins: Sequence[str] = self._site.accepted or ("",)
        if server in self._good:
            pins = (self._good[server],)
        *others, last = pins
        for pin in others:
            try:
                return self._sent(url, server, pin), server
            except WebFailed as failed:
                if failed.kind != "certificate":
                    raise
        return self._sent(url, server, last), server

    def _sent(self, url: str, server: str, pin: str) -> Any:
        site = self._site
        try:
            made = self._session(server, pin)
            first = server == f"{site.host}:{site.port}"
            made.auth = (site.user.encode(), site.password.encode()) if site.user and first else None
            self._allowance.seconds = site.longest
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # urllib3 warns at each call whose certificate a pin checks
                answer = made.get(url, timeout=(site.timeout, site.timeout), allow_redirects=False, stream=True)
            self._good[server] = pin
            return answer
        except LoginError as error:
            raise WebFailed("certificate", server, f"{server}: {error}") from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise self._no_answer(error, server) from None

    def _session(self, server: str, pin: str) -> Any:
        site = self._site
        if (server, pin) not in self._sessions:
            tls = Tls(validate=site.validate, ca=site.ca, pin=pin)
            made = session(tls, site.proxy, self._allowance)
            made.headers.update(
                {"User-Agent": f"mspplus.netsec/{VERSION}", "Accept": "*/*", "Accept-Encoding": "identity"}
            )
            self._sessions[server, pin] = made
        return self._sessions[server, pin]

    def _pieces(self, answer: Any, server: str, most: int) -> Iterator[bytes]:
        size = 0
        try:
            while data := answer.raw.read1(CHUNK, decode_content=False):
                size += len(data)
                if size > most:
                    raise WebFailed("broken", server, f"{server} sent more than {most} bytes")
                yield data
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise WebFailed(
                "broken", server, f"{server} ended the answer after {size} bytes ({_name(error)})"
            ) from None

    # -- why not ------------------------------------------------------------------------------------------------------

    def _refused(self, answer: Any, server: str, path: str) -> WebFailed:
        try:
            said = _words(b"".join(self._pieces(answer, server, LARGEST_TEXT)))
        except WebFailed:
            said = ""
        kind = _KINDS.get(answer.status_code, "status")
        text = f"{server} answered {clean(path, 120)} with HTTP {answer.status_code}{f': {said}' if said else ''}"
        return WebFailed(kind, server, clean(text, 1000, [self._site.password]), said)

    def _no_answer(self, error: BaseException, server: str) -> WebFailed:
        beneath = list(chain(error))
        names = {kind.__name__ for cause in beneath for kind in type(cause).__mro__}
        text = " ".join(map(str, beneath))
        seen = re.search(r'ingerprints did not match.{0,200}?got "?([0-9a-fA-F:]{32,128})', text, re.DOTALL)
        if seen or "SSLCertVerificationError" in names:
            shown = seen[1].replace(":", "").lower() if seen else ""
            why = "it is not one of the accepted ones" if seen else _verification(beneath)
            return WebFailed(
                "certificate", server, f"{server}: the certificate is not accepted: {why}", fingerprint=shown
            )
        kind: Kind = "broken" if "ChunkedEncodingError" in names else "unreachable"
        reason = "the proxy does not connect to it" if "ProxyError" in names else _name(beneath[-1])
        return WebFailed(kind, server, f"{server} cannot be reached: {reason}")


def _verification(beneath: Sequence[BaseException]) -> str:
    return next(
        (str(cause.verify_message) for cause in beneath if hasattr(cause, "verify_message")), "it is not trusted"
    )


def _name(error: BaseException) -> str:
    last = list(chain(error))[-1]
    return clean(getattr(last, "strerror", None) or f"{type(last).__name__}: {last}", 200)


def _words(data: bytes) -> str:
    """What a page says to a person."""
    text = data[:LARGEST_ANSWER].decode("utf-8", "replace")
    bare = re.sub(r"<(style|script|head)\b.*?</\1>|<[^<>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return clean(re.sub(r"\s+", " ", bare).strip(), 300)


def rate(size: int, started: float) -> int:
    """Bytes a second since a moment of time.monotonic()."""
    return int(size / max(0.001, time.monotonic() - started))
