# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The terminal without a network: what a client sees for what it types."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.faults import Faults
from lab.journal import Journal
from lab.terminal import END, Hangup, Terminal


class Client:
    """A terminal, what it sent, whether it cut the link."""

    def __init__(self, *faults: Any) -> None:
        self.sent, self.cut = bytearray(), False
        self.journal, self.faults = Journal("edge1"), Faults(faults)
        self.faults.on_fire = lambda name, text, session, mode: self.journal.add("fault", name, session, mode)
        self.terminal = Terminal(self.sent.extend, self._cut, self.journal, self.faults)
        self.terminal.length = 0

    def _cut(self) -> None:
        self.cut = True

    @property
    def text(self) -> str:
        return self.sent.decode("utf-8", "replace")

    def events(self, event: str) -> list[str]:
        return [entry["text"] for entry in self.journal.entries if entry["event"] == event]


async def shell(client: Client, answers: dict[str, str], lines: list[str]) -> None:
    """Answers commands until the client hangs up."""
    try:
        while True:
            line = await client.terminal.readline("r#")
            lines.append(line)
            if line in answers:
                await client.terminal.write(answers[line])
    except Hangup:
        pass


def play(client: Client, chunks: list[bytes], answers: dict[str, str] | None = None, pause: float = 0) -> list[str]:
    """Type chunks, each when the device waits again; the lines that the shell read."""
    lines: list[str] = []

    async def run() -> None:
        task = asyncio.create_task(shell(client, answers or {}, lines))
        for chunk in chunks:
            client.terminal.feed(chunk)
            await asyncio.sleep(pause)
        client.terminal.eof()
        await asyncio.wait_for(task, 20)
        await client.terminal.flush()

    asyncio.run(run())
    return lines


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    async def there() -> Any:
        return await asyncio.wait_for(work(), 20)

    return asyncio.run(there())


def test_a_line_is_prompt_echo_newline_answer_prompt() -> None:
    client = Client()
    assert play(client, [b"show clock\n"], {"show clock": "12:00\n"}) == ["show clock"]
    assert client.text == "r#show clock\r\n12:00\r\nr#"


def test_type_ahead_is_read_in_order_with_prompt_and_echo_for_each_line() -> None:
    client = Client()
    assert play(client, [b"a\nb\nc"], {"a": "A\n"}) == ["a", "b"]
    assert client.text == "r#a\r\nA\r\nr#b\r\nr#c"


def test_what_is_typed_is_echoed_before_the_line_is_complete() -> None:
    client = Client()

    async def work() -> str:
        task = asyncio.create_task(client.terminal.readline("r#"))
        await asyncio.sleep(0)
        client.terminal.feed(b"sho")
        await asyncio.sleep(0.01)
        task.cancel()
        return client.text

    assert run(work) == "r#sho"


@pytest.mark.parametrize("newline", [b"\n", b"\r", b"\r\n"])
def test_every_newline_is_one_enter(newline: bytes) -> None:
    client = Client()
    assert play(client, [newline.join([b"a", b"", b"b", b""])]) == ["a", "", "b"]


def test_cr_and_lf_in_two_chunks_are_one_enter() -> None:
    assert play(Client(), [b"a\r", b"\nb\r", b"\n"], pause=0.001) == ["a", "b"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (b"shox\x7fw\n", "show"),
        (b"x\x08\x08\x08show\n", "show"),
        ("sh\u00e9\x7fow\n".encode(), "show"),
        (b"no way\x15show\n", "show"),
        (b"sh\x1b[A\x1bOBow\t\n", "show"),
        (b"half a line\x03", ""),
        (b"half a line\x1a", END),
        (b"\xff\xfe\n", "\ufffd\ufffd"),
    ],
)
def test_editing_keys(typed: bytes, line: str) -> None:
    assert play(Client(), [typed]) == [line]


def test_backspace_wipes_the_character_on_the_screen() -> None:
    client = Client()
    play(client, [b"ab\x7f\n"])
    assert client.text.startswith("r#ab\b \b\r\n")


TYPED = st.lists(
    st.sampled_from([b"a", b"show x", b"\n", b"\n", b"\r\n", b"\r", b"\x7f", b"\x15", b"\x03", b"\x1a", "é".encode()]),
    max_size=30,
).map(b"".join)


@given(TYPED, st.lists(st.integers(1, 9), max_size=12))
@settings(max_examples=120, deadline=None)
def test_how_input_is_cut_into_chunks_changes_nothing(typed: bytes, sizes: list[int]) -> None:
    chunks, rest = [], typed
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    whole, parts = Client(), Client()
    assert play(whole, [typed], {"a": "A\n"}) == play(parts, [*chunks, rest], {"a": "A\n"})
    assert whole.sent == parts.sent


def test_a_line_without_end_is_bounded() -> None:
    (line,) = play(Client(), [b"x" * 300_000 + b"\n"])
    assert len(line) == 65536


def test_questions_and_keys_are_journalled_as_what_they_are() -> None:
    client = Client()

    async def work() -> tuple[str, str]:
        client.terminal.feed(b"yes\r\n \r")
        answer = await client.terminal.ask("Commit? [no]: ")
        client.terminal.mode = "config"
        return answer, await client.terminal.readkey() + await client.terminal.readkey()

    assert run(work) == ("yes", " \n")
    assert [(entry["event"], entry["text"], entry["mode"]) for entry in client.journal.entries] == [
        ("answer", "yes", "exec"),
        ("key", "space", "config"),
        ("key", "return", "config"),
    ]


TEN = "".join(f"line {number}\n" for number in range(10))


@pytest.mark.parametrize(
    ("keys", "shown"),
    [(b"", 4), (b" ", 8), (b"\n", 5), (b"\n\n", 6), (b"  ", 10), (b"q", 4), (b" q", 8), (b"\x03", 4)],
)
def test_paging_stops_where_the_reader_says(keys: bytes, shown: int) -> None:
    client = Client()
    client.terminal.length = 5

    async def work() -> None:
        client.terminal.feed(b"show\n" + keys)
        client.terminal.eof()
        await client.terminal.readline("r#")
        try:
            await client.terminal.write(TEN)
            await client.terminal.write("" if shown == 10 else "never seen\n")
        except Hangup:
            pass
        await client.terminal.flush()

    run(work)
    assert client.text.count("line ") == shown
    assert "never seen" not in client.text
    assert " --More-- " in client.text


def test_after_quitting_a_page_the_next_command_is_shown_again() -> None:
    client = Client()
    client.terminal.length = 5
    assert play(client, [b"show\nqshort\n"], {"show": TEN, "short": "here\n"}) == ["show", "short"]
    assert "here" in client.text


def test_length_zero_does_not_page() -> None:
    client = Client()
    play(client, [b"show\n"], {"show": TEN * 100})
    assert " --More-- " not in client.text
    assert client.text.count("line ") == 1000


def test_a_big_paste_is_read_whole_and_sent_in_few_pieces() -> None:
    client = Client()
    pieces: list[int] = []
    client.terminal._send = lambda data: (pieces.append(len(data)), client.sent.extend(data))[1]
    typed = [f"monitor-session s{number} ethernet" for number in range(3000)]
    assert play(client, ["".join(f"{line}\n" for line in typed).encode()]) == typed
    assert len(pieces) < 30


def test_nobody_waits_for_a_client_that_is_gone() -> None:
    client = Client()

    async def work() -> None:
        task = asyncio.create_task(client.terminal.readline("r#"))
        await asyncio.sleep(0)
        client.terminal.lost()
        with pytest.raises(Hangup):
            await task
        with pytest.raises(Hangup):
            await client.terminal.write("x")

    run(work)


# -- faults -----------------------------------------------------------------------------------------------------------


def test_drop_comes_before_the_device_acts() -> None:
    client = Client({"name": "drop", "at": "^commit"})
    assert play(client, [b"a\ncommit\nb\n"]) == ["a"]
    assert client.cut
    assert client.events("command") == ["a", "commit"]
    assert client.events("fault") == ["drop"]


@pytest.mark.parametrize(("after", "tail"), [(0, "\r\n"), (3, "\r\n123"), (100, "\r\n123456\r\n")])
def test_drop_in_the_output(after: int, tail: str) -> None:
    client = Client({"name": "drop", "at": "show", "after_bytes": after})
    assert play(client, [b"show\nb\n"], {"show": "123456\n"}) == ["show"]
    assert client.cut
    assert client.text == "r#show" + tail


def test_truncated_output_ends_in_a_prompt_and_the_next_one_is_whole() -> None:
    client = Client({"name": "truncated", "at": "show", "after_bytes": 3, "times": 1})
    play(client, [b"show\nshow\n"], {"show": "123456\n"})
    assert client.text == "r#show\r\n123\r\nr#show\r\n123456\r\nr#"


def test_garbage_stands_in_the_output() -> None:
    client = Client({"name": "garbage", "at": "show", "bytes": 20, "after_bytes": 3, "times": 1})
    play(client, [b"show\n"], {"show": "123456\n"})
    start = b"r#show\r\n123"
    assert client.sent.startswith(start)
    assert client.sent.endswith(b"456\r\nr#")
    assert len(client.sent) == len(start) + 20 + len(b"456\r\nr#")


def test_hang_answers_never_and_swallows_what_is_typed() -> None:
    client = Client({"name": "hang", "at": "show"})
    assert play(client, [b"show\n", b"more\n", b"\n"], {"show": "x\n"}, pause=0.01) == []
    assert client.text == "r#show\r\n"


def test_overrun_loses_the_end_of_a_burst_but_not_of_a_patient_client() -> None:
    lines = [f"line {number:04d}" for number in range(400)]
    burst = Client({"name": "overrun", "buffer": 1000, "bytes_per_second": 200_000})
    got = play(burst, ["".join(f"{line}\n" for line in lines).encode()])
    assert got == lines[:100]
    assert burst.events("fault") == ["overrun"]
    patient = Client({"name": "overrun", "buffer": 1000, "bytes_per_second": 200_000})
    assert play(patient, [f"{line}\n".encode() for line in lines[:50]], pause=0.001) == lines[:50]


def test_overrun_once_loses_one_burst_in_all_its_pieces_and_spares_the_next() -> None:
    fault = {"name": "overrun", "buffer": 1000, "bytes_per_second": 100_000, "times": 1}
    paste = b"0123456789\n" * 150
    client = Client(fault)
    assert 90 <= len(play(client, [paste, paste])) < 150
    assert client.events("fault") == ["overrun"]
    assert 240 <= len(play(Client(fault), [paste, paste], pause=0.2)) < 300


def test_slow_output_arrives_whole_and_late() -> None:
    client = Client({"name": "slow", "bytes_per_second": 4000})
    times: list[float] = []

    async def work() -> None:
        loop = asyncio.get_running_loop()
        times.append(loop.time())
        await client.terminal.write("x" * 1000)
        await client.terminal.flush()
        times.append(loop.time())

    run(work)
    assert client.text == "x" * 1000
    assert times[1] - times[0] >= 0.2
    assert client.events("fault") == ["slow"]


def test_a_kind_asks_for_its_own_faults_through_the_terminal() -> None:
    client = Client({"name": "not_authorized", "at": "^show run"})
    assert client.terminal.fault("not_authorized", "show version") is None
    assert client.terminal.fault("not_authorized", "show running-config")
    assert client.events("fault") == ["not_authorized"]


def test_a_secret_is_shown_and_kept_as_asterisks() -> None:
    client = Client()
    client.terminal.feed(b"cana\x7farz\x7fy\nnext\n")
    assert run(lambda: client.terminal.ask_secret("Password: ")) == "canary"
    assert run(lambda: client.terminal.ask("Sure? ")) == "next"
    assert client.text == "Password: ****\b \b***\b \b*\r\nSure? next\r\n"
    assert client.events("answer") == ["********", "next"]


def test_an_empty_secret_is_told_from_a_typed_one_in_the_journal() -> None:
    client = Client()
    client.terminal.feed(b"\n")
    assert run(lambda: client.terminal.ask_secret("Password: ")) == ""
    assert client.events("answer") == [""]


def test_what_the_device_says_by_itself_is_neither_paged_nor_spoilt() -> None:
    client = Client({"name": "truncated", "at": "show", "after_bytes": 3})
    client.terminal.length = 2
    client.terminal.feed(b"show\n")

    async def work() -> None:
        await client.terminal.readline("r#")
        client.terminal.interrupt("one\ntwo\nthree\n")
        await client.terminal.write("output")
        await client.terminal.flush()

    run(work)
    assert client.text == "r#show\r\none\r\ntwo\r\nthree\r\nout"


def test_a_device_cuts_the_link_behind_what_it_has_said() -> None:
    client = Client()

    async def work() -> None:
        client.terminal.interrupt("going down\n")
        client.terminal.cut()
        with pytest.raises(Hangup):
            await client.terminal.readline("r#")

    run(work)
    assert (client.text, client.cut) == ("going down\r\n", True)
