# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTPS session on a REST system, by requests: login, calls one at a time, retries for what is safe, logout.

Nothing of the controller's surroundings counts (no proxies of the environment, no .netrc), no redirect is followed, and an
answer is believed neither in its size nor in its form.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed, Dropped, Timeout, Unreachable, reason_of, remedy_of
from ..._engine.version import VERSION
from ..._engine.words.device_text import clean, masked
from ..expired_password import advice, expired
from ..login_error import LoginError
from .api import Answer, Rejected, Sent, target
from .certificate import shown_certificate
from .deadline import Allowance
from .errors import Attempt, distrusted, explained
from .login import Front, Settings
from .retries import TEMPORARY, TooLong
from .tls import session
from .upload import FileChanged, Piece, multipart

with contextlib.suppress(ImportError):  # the connection says so before it calls anything here
    import requests
    import urllib3

LARGEST_ANSWER = 64 << 20  # bytes
CHUNK = 1 << 16
GOODBYE = 5.0  # seconds that a logout may take
SHORTEST_SECRET = 8  # characters; what is shorter is part of too many other words


@dataclass(frozen=True)
class _Ask:
    """One call as it is sent. body: made again for each try; (data, Content-Type). timeout: of the caller, None the option's."""

    method: str
    path: str  # without the query: that is for the device only
    url: str
    body: Callable[[], tuple[Any, str]]
    timeout: float | None = None
    connect: float | None = None

    @property
    def call(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class _Raw:
    status: int
    headers: Mapping[str, str]
    data: bytes
    cut: bool = False  # more came than is read


class Session:
    """One login. say: gets a line a call (method, path, status, time). Raises ConnectionFailed, Rejected; see api.RestDoor."""

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.settings = settings
        self._system = settings.system
        self._say = say
        self._http: Any = None
        self._allowance = Allowance(0.0)  # that of the call under way
        self._inside = False  # logged in
        self._met = False  # was inside once; from then on a failure is no failed login
        self._token = ""
        self._lock = threading.RLock()
        self.hidden: tuple[str, ...] = ()  # further secrets that are sent

    # -- life ---------------------------------------------------------------------------------------------------------

    @property
    def secrets(self) -> list[str]:
        """What identifies this session: cookies and token."""
        cookies = [cookie.value for cookie in self._http.cookies] if self._http is not None else []
        found = [value.strip('"') for value in [*cookies, self._token] if value]
        return [value for value in found if len(value) >= SHORTEST_SECRET]

    def open(self) -> None:
        """Log in, unless it is done. Raises Unreachable."""
        with self._lock:
            if self._inside:
                return
            try:
                if self._http is None:
                    self._http = session(self.settings.tls, self.settings.proxy, self._allowance)
                    self._http.headers.update(
                        {
                            "User-Agent": f"mspplus.netsec/{VERSION}",
                            "Accept": self._system.media or "application/json",
                            "Accept-Encoding": "identity",  # a small answer must not become a large one
                        }
                    )
                self._log_in()
            except LoginError as error:
                raise Unreachable(f"{self.settings.host}: {error}") from None
            except (Dropped, Timeout) as error:
                raise Unreachable(str(error)) from None

    def close(self) -> None:
        """Log out and hang up; never raises."""
        with self._lock:
            if self._http is None:
                return
            if self._inside and self._system.logout is not None:
                with contextlib.suppress(ConnectionFailed, ApplyFailed):
                    limit = min(GOODBYE, self.settings.read_timeout)
                    self._send(self._ask(*_call(self._system.logout), timeout=limit, connect=limit))
            self._forget()
            self._http.close()
            self._http = None

    def _forget(self) -> None:
        self._inside = False
        self._token = ""
        self._http.headers.pop(self._system.token_header[0], None)
        self._http.cookies.clear()

    def _log_in(self) -> None:
        """Raises Unreachable, Dropped, Timeout."""
        settings, system = self.settings, self._system
        if system.auth == "basic":
            self._http.auth = (settings.user.encode(), settings.password.encode())
        if system.login is None:
            self._inside = True
            return
        self._forget()
        body = system.credentials(settings.credentials)
        ask = self._ask(*_call(system.login), body=body)
        try:
            answer = self._tried(ask, settings.retries.tries(ask.method, safe=True))
        except Rejected as refused:
            raise Unreachable(self._no_entry(refused)) from None
        said = system.text_of_error(answer.body)
        if expired(said):  # some let a user in who may do nothing but set a new one
            raise Unreachable(self._password_expired(said))
        if system.auth == "token":
            self._carry(system.token(answer.body))
        elif system.auth == "cookie" and not len(self._http.cookies):
            raise Unreachable(
                f"{settings.host}: the login was answered, but without a session cookie. "
                "Check ansible_rest_base_path, ansible_rest_api_version and ansible_rest_dialect."
            )
        self._inside = self._met = True

    def _carry(self, token: str) -> None:
        if not re.fullmatch(r"[\x21-\x7e]{1,8192}", token):
            raise Unreachable(
                f"{self.settings.host}: the login was answered, but without a token. "
                "Check ansible_rest_base_path, ansible_rest_api_version and ansible_rest_dialect."
            )
        self._token = token
        name, form = self._system.token_header
        self._http.headers[name] = form.replace("{token}", token)

    def _password_expired(self, said: str) -> str:
        settings = self.settings
        words = clean(said, secrets=self._all_secrets()).rstrip(".")
        web = f"in the device's web interface at https://{settings.host}"
        return f"{settings.host}: {advice(settings.user, web)}. The device says: {words}."

    def _no_entry(self, refused: Rejected) -> str:
        if expired(refused.text):
            return self._password_expired(refused.text)
        reason = f" The device says: {refused.text.rstrip('.')}." if refused.text else ""
        if refused.status in (400, 401, 403) or (refused.status < 300 and refused.code):
            second = " and ansible_rest_secondary_password" if self.settings.secondary_password else ""
            return (
                f"{self.settings.host}: authentication of user {self.settings.user} failed (HTTP {refused.status})."
                f"{reason} Check ansible_user, ansible_password{second}."
            )
        if refused.status == 404:
            return f"{refused}. Is it the system that ansible_network_os, ansible_rest_dialect and ansible_rest_base_path say?"
        return str(refused)

    # -- calls --------------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        safe: bool | None = None,
        timeout: float | None = None,
        expect_down: bool = False,
    ) -> Answer:
        """As api.RestDoor.request."""
        tries = self.settings.retries.tries(method, safe, expect_down=expect_down)
        with self._lock:
            ask = self._ask(method, path, query, body, timeout=timeout)
            return self._inside_call(ask, tries, expect_down)

    def upload(
        self,
        path: str,
        file: str,
        *,
        field: str,
        filename: str = "",
        query: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        progress: Sent | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """As api.RestDoor.upload."""
        with self._lock, contextlib.ExitStack() as stack:
            pieces: list[Piece] = []

            def body() -> tuple[Any, str]:
                pieces.append(Piece(stack.enter_context(open(file, "rb")), file, progress))
                return multipart(pieces[-1], filename or file, field, fields)

            # While a body is sent, urllib3 counts silence with the limit of the connect: a slow disk needs the other one.
            limit = max(self.settings.timeout, timeout or self.settings.read_timeout)
            ask = self._ask("POST", path, query, timeout=timeout, connect=limit, make=body)
            try:
                return self._inside_call(ask, 1, False)
            except FileChanged as error:
                raise ApplyFailed(f"{self.settings.host}: the upload was given up: {error}. Run again.") from None
            except OSError as error:
                remedy = remedy_of(error, "its path", clean(file), to_read=True)
                raise ApplyFailed(f"the file {clean(file)} cannot be read: {reason_of(error)}. {remedy}") from None
            except (Dropped, Timeout) as error:
                sent = f"{pieces[-1].sent} of {pieces[-1].size}" if pieces else "0"
                raise type(error)(f"{error} {sent} bytes of {clean(file)} had been handed over.") from None

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        *,
        timeout: float | None = None,
        connect: float | None = None,
        make: Callable[[], tuple[Any, str]] | None = None,
    ) -> _Ask:
        try:
            url = self.settings.base_url + target(path, query)
            data = None if body is None else (str(body) if self._system.media else json.dumps(body)).encode()
        except (TypeError, ValueError) as error:
            raise ApplyFailed(f"{method} was not sent: {clean(error)}") from None
        if make is None:
            form = (self._system.media or "application/json") if data is not None else ""
            return _Ask(method, path, url, lambda: (data, form), timeout, connect)
        return _Ask(method, path, url, make, timeout, connect)

    def _inside_call(self, ask: _Ask, tries: int, expect_down: bool) -> Answer:
        """A call after the login; a session that the device has forgotten is renewed once."""
        before = self._met
        try:
            self.open()
            answer = self._tried(ask, tries, renew=True)
            self._met = True
        except Rejected as refused:
            if before or self._system.auth != "basic" or refused.status not in self._system.expired:
                raise
            raise Unreachable(self._no_entry(refused)) from None  # its login is part of each call
        except Unreachable as error:
            if not before:
                raise
            raise Dropped(f"{error} This happened while logging in again.") from None
        except (Dropped, Timeout):
            if expect_down:
                self._forget()
                self._http.close()  # a restarted device knows neither the connection nor the session
            raise
        return answer

    def _tried(self, ask: _Ask, tries: int, renew: bool = False) -> Answer:
        """An answer that is no refusal, after so many tries. Raises Rejected, ConnectionFailed."""
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= tries
            try:
                raw = self._send(ask)
            except Dropped:
                if last:
                    raise
                self._wait(attempt)
                continue
            if renew and raw.status in self._system.expired and self._system.login is not None:
                renew = False
                attempt -= 1
                self._log_in()
                continue
            answer, refused, temporary = self._judged(ask, raw)
            if refused is None:
                return answer
            if last or not temporary:
                raise refused
            try:
                self._wait(attempt, raw.headers.get("retry-after", ""))
            except TooLong as asked:
                refused.args = (f"{refused} It asks for a retry in {asked}, which is too long to wait.",)
                raise refused from None

    def _wait(self, attempt: int, retry_after: str = "") -> None:
        time.sleep(self.settings.retries.pause(attempt, retry_after, time.time()))

    # -- one exchange -------------------------------------------------------------------------------------------------

    def _send(self, ask: _Ask) -> _Raw:
        """Raises Unreachable (nothing was sent, and there was no login yet), Dropped, Timeout."""
        settings = self.settings
        read = ask.timeout if ask.timeout is not None else settings.read_timeout
        data, form = ask.body()
        headers = {"Content-Type": form} if form else {}
        self._allowance.seconds = settings.longest_answer(ask.timeout)
        started = time.monotonic()
        try:
            with _quiet():
                response = self._http.request(
                    ask.method,
                    ask.url,
                    data=data,
                    headers=headers,
                    timeout=(ask.connect or settings.timeout, read),
                    allow_redirects=False,
                    stream=True,
                )
            with contextlib.closing(response):
                raw = self._received(response)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError) as error:
            raise self._broken(error, ask, read) from None
        self._say(f"{ask.call} -> {raw.status} in {(time.monotonic() - started) * 1000:.0f} ms")
        return raw

    @staticmethod
    def _received(response: Any) -> _Raw:
        pieces, size = [], 0
        while data := response.raw.read1(CHUNK, decode_content=True):
            pieces.append(data)
            size += len(data)
            if size > LARGEST_ANSWER:
                break
        headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
        return _Raw(response.status_code, headers, b"".join(pieces), cut=size > LARGEST_ANSWER)

    def _shown_fingerprint(self) -> str:
        """SHA-256 of the certificate that the device shows, "" when it cannot be had. For a message: nothing is trusted, and
        the client's certificate is not shown."""
        tls = replace(self.settings.tls, client_cert="", client_key="")
        try:
            shown = shown_certificate(Front(self.settings.host, self.settings.port, tls, self.settings.timeout))
        except LoginError:
            return ""
        return hashlib.sha256(shown).hexdigest()

    def _broken(self, error: BaseException, ask: _Ask, read: float) -> ConnectionFailed:
        settings = self.settings
        attempt = Attempt(
            host=settings.host,
            port=settings.port,
            call=ask.call,
            timeout=settings.timeout,
            read_timeout=read,
            named=ask.timeout is None,
            inside=self._inside,
            proxy=settings.proxy_shown,
            client_cert=settings.tls.client_cert,
            fingerprint=self._shown_fingerprint() if distrusted(error) and not settings.proxy else "",
            total=self._allowance.seconds,
            secrets=self._all_secrets(),
        )
        fate, text = explained(error, attempt)
        self._say(f"{ask.call} -> {fate}")
        if fate == "unsent":
            return Dropped(text) if self._met else Unreachable(text)
        if self._inside and ask.method not in ("GET", "HEAD"):
            text += " What the device did with it is unknown."
        return Timeout(text) if fate == "silent" else Dropped(text)

    # -- what an answer says ------------------------------------------------------------------------------------------

    def _judged(self, ask: _Ask, raw: _Raw) -> tuple[Answer, Rejected | None, bool]:
        """(the answer, the refusal if it is one, whether another try may give a better one)."""
        secrets = self._all_secrets()
        body, wrong, spoilt = _as_text(raw) if self._system.media else _parsed(raw, secrets)
        answer = Answer(raw.status, body, raw.headers)
        error = self._system.error(body)
        if 300 <= raw.status < 400:
            where = clean(raw.headers.get("location", "elsewhere"), 120, secrets)
            text = f"a redirect to {where}, which is not followed. Check ansible_host, ansible_port, ansible_rest_base_path."
            return answer, self._rejected(ask, raw, None, text, "was answered with"), False
        if raw.status >= 400:
            code, text = error or (None, self._system.text_of_error(body))
            return answer, self._rejected(ask, raw, code, text or _words(raw, secrets)), raw.status in TEMPORARY
        if wrong:
            text = f"{wrong} Check ansible_rest_base_path, ansible_rest_api_version and ansible_rest_dialect."
            return answer, self._rejected(ask, raw, None, text, "was answered with"), spoilt
        if error:
            return answer, self._rejected(ask, raw, *error), False
        return answer, None, False

    def _all_secrets(self) -> list[str]:
        """What no message shows."""
        settings = self.settings
        return [*self.secrets, *self.hidden, *filter(None, settings.credential_secrets)]

    def _rejected(self, ask: _Ask, raw: _Raw, code: int | None, text: str, verb: str = "was refused with") -> Rejected:
        text = clean(text, secrets=self._all_secrets())
        number = f", error {code}" if code is not None else ""
        message = f"{self.settings.host}: {ask.call} {verb} HTTP {raw.status}{number}: {text or 'no text'}"
        return Rejected(message, status=raw.status, code=code, text=text, method=ask.method, path=ask.path)


def _call(call: Any) -> tuple[str, str]:
    return call.method, call.path


def _as_text(raw: _Raw) -> tuple[Any, str, bool]:
    """As _parsed(), for a system whose answers are text."""
    if raw.cut:
        return None, f"more than {LARGEST_ANSWER >> 20} MiB.", False
    return raw.data.decode("utf-8", "replace"), "", False


def _parsed(raw: _Raw, secrets: Sequence[str]) -> tuple[Any, str, bool]:
    """(body, what is wrong with it, whether it claimed to be JSON and is not)."""
    if raw.cut:
        return None, f"more than {LARGEST_ANSWER >> 20} MiB.", False
    if not raw.data.strip():
        return None, "", False
    kind = clean(raw.headers.get("content-type", "no type"), 60, secrets)
    try:
        body = json.loads(raw.data, parse_constant=_no_number)
        if re.search(rb"\\u[dD][89a-fA-F]", raw.data):
            json.dumps(body, ensure_ascii=False).encode()  # halves of a character cannot be shown
    except (ValueError, RecursionError):
        start = f": {clean(_words(raw, secrets), 120, secrets)!r}" if kind.startswith("text/") else ""
        return None, f"{len(raw.data)} bytes that are not JSON ({kind}){start}.", "json" in kind
    return body, "", False


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _words(raw: _Raw, secrets: Sequence[str]) -> str:
    """What a body that is no JSON says to a person."""
    text = masked(raw.data.decode("utf-8", "replace"), secrets)[:4096]
    return clean(re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE), 300, secrets)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """urllib3 warns on stderr at each call whose certificate is not checked, as an option said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
