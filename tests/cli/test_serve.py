"""`runmon serve` as a process, driven by Apify's own client and by our headless commands."""

from __future__ import annotations

import json
import logging
import re
import signal
import socket
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pexpect
import psutil
import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError

from runmon.cli.actors import registered
from runmon.errors import BadInput

LONG_S = 60
SHOP = """
import json, os, urllib.request as web
door = web.build_opener(web.ProxyHandler({}))
def ask(path, body=None):
    head = {"authorization": "Bearer " + os.environ["APIFY_TOKEN"], "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    address = os.environ["APIFY_API_BASE_URL"] + "/v2/" + path
    return door.open(web.Request(address, data, head)).read()
store, dataset = (os.environ[f"ACTOR_DEFAULT_{kind}_ID"] for kind in ("KEY_VALUE_STORE", "DATASET"))
given = json.loads(ask(f"key-value-stores/{store}/records/" + os.environ["ACTOR_INPUT_KEY"]))
ask(f"datasets/{dataset}/items", [{"n": n} for n in range(given["n"])])
print("pushed", given["n"], flush=True)
"""


@dataclass
class Served:
    """A `runmon serve` under way."""

    process: subprocess.Popen[bytes]
    url: str
    token: str
    folder: Path

    @property
    def client(self) -> Any:
        return ApifyClient(self.token, api_url=self.url, max_retries=0)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Signal it; the exit code and what it told people."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=LONG_S)
        return self.process.returncode, told.decode()

    def runmon(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """A headless command pointed at it."""
        where = ("--api-url", self.url, "--token-file", str(self.folder / "token"))
        command = [sys.executable, "-m", "runmon", *arguments, *where]
        return subprocess.run(command, capture_output=True, timeout=LONG_S)


Serve = Callable[..., Served]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "runmon", "serve", "--port", "0", *arguments]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve("--actor", …)`: starts the platform in the test's folder, with its token in `token`."""
    (tmp_path / "shop.py").write_text(SHOP)
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> Served:
        line = command("--token-file", "token", *arguments)
        pipe = subprocess.PIPE
        process = subprocess.Popen(line, cwd=tmp_path, stdout=pipe, stderr=pipe)
        running.append(process)
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().decode().strip()
        assert url, process.stderr.read().decode()
        return Served(process, url, (tmp_path / "token").read_text().strip(), tmp_path)

    yield start
    for process in running:
        with process:
            process.kill()


def shop(name: str = "shop") -> tuple[str, str]:
    return "--actor", f"{name}={sys.executable} shop.py"


def shell(name: str, script: str) -> tuple[str, str]:
    return "--actor", f"{name}=sh -c '{script}'"


def test_the_official_client_calls_a_command_and_reads_all_that_it_did(serve: Serve) -> None:
    client = serve(*shop()).client

    run = client.actor("shop").call(run_input={"n": 3}, logger=None)

    assert (run.status, run.exit_code) == ("SUCCEEDED", 0)
    assert client.dataset(run.default_dataset_id).list_items().items == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert client.run(run.id).log().get().endswith(" pushed 3\n")
    assert [one.id for one in client.actor("shop").runs().list().items] == [run.id]
    assert client.actor("me/shop").last_run().get().id == run.id


def test_the_official_client_follows_the_log_of_the_run_that_it_calls(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(*shop()).client

    with caplog.at_level("INFO"):
        run = client.actor("shop").call(run_input={"n": 2}, logger=logging.getLogger("witness"))

    assert run.status == "SUCCEEDED"
    assert "pushed 2" in caplog.text


def test_the_official_client_aborts_resurrects_and_metamorphs(serve: Serve) -> None:
    wait = shell("wait", "echo waiting; exec sleep 60")
    client = serve(*wait, *shop(), *shell("brief", "echo brief")).client
    run = client.actor("wait").start()
    assert client.run(run.id).abort().status in {"ABORTING", "ABORTED"}
    assert client.run(run.id).wait_for_finish().status == "ABORTED"

    assert client.run(run.id).resurrect().status == "RUNNING"
    client.run(run.id).metamorph(target_actor_id="shop", run_input={"n": 1})
    ended = client.run(run.id).wait_for_finish()

    assert (ended.status, ended.stats.resurrect_count) == ("SUCCEEDED", 1)
    assert client.dataset(run.default_dataset_id).list_items().items == [{"n": 0}]
    assert client.run(run.id).log().get().count("waiting") == 2


def test_an_actor_that_nobody_registered_is_not_found(serve: Serve) -> None:
    client = serve(*shop()).client

    with pytest.raises(ApifyApiError, match="Actor was not found"):
        client.actor("other").start()


def test_headless_commands_read_its_runs(serve: Serve) -> None:
    served = serve(*shell("fails", "echo broken; exit 3"))
    run = served.client.actor("fails").call(logger=None)

    status, log, wait, last = (
        served.runmon(*line.split())
        for line in (f"status {run.id}", f"log {run.id}", f"wait {run.id}", "status me/fails")
    )

    assert b"FAILED" in status.stdout and run.id.encode() in last.stdout
    assert (log.stdout[25:], wait.returncode) == (b"broken\n", 1)


def test_finished_runs_are_there_again_after_a_restart(serve: Serve) -> None:
    first = serve(*shop())
    run = first.client.actor("shop").call(run_input={"n": 2}, logger=None)
    first.end()

    client = serve(*shop()).client

    assert [one.id for one in client.runs().list().items] == [run.id]
    assert client.actor("shop").last_run().get().status == "SUCCEEDED"
    assert client.dataset(run.default_dataset_id).list_items().total == 2
    assert client.run(run.id).log().get().endswith(" pushed 2\n")


def test_a_run_of_an_earlier_start_is_resurrected_by_its_actor_of_today(serve: Serve) -> None:
    first = serve(*shop())
    run = first.client.actor("shop").call(run_input={"n": 2}, logger=None)
    first.end()
    client = serve(*shop()).client

    client.run(run.id).resurrect()

    assert client.run(run.id).wait_for_finish().status == "SUCCEEDED"
    assert client.dataset(run.default_dataset_id).list_items().total == 4
    assert client.run(run.id).log().get().count("pushed 2") == 2


def test_a_run_whose_actor_is_no_longer_registered_cannot_be_resurrected(serve: Serve) -> None:
    first = serve(*shop())
    run = first.client.actor("shop").call(run_input={"n": 2}, logger=None)
    first.end()
    client = serve().client

    with pytest.raises(ApifyApiError, match="of a known command"):
        client.run(run.id).resurrect()


def test_a_named_dataset_belongs_to_no_run_and_outlives_the_platform(serve: Serve) -> None:
    first = serve()
    made = first.client.datasets().get_or_create(name="prices")
    first.client.dataset(made.id).push_items([{"price": 1}])
    first.end()

    client = serve().client

    assert client.datasets().get_or_create(name="prices").id == made.id
    assert client.dataset("me/prices").list_items().items == [{"price": 1}]
    assert client.runs().list().total == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_every_run_and_says_so_in_the_exit_code(
    serve: Serve, number: signal.Signals, code: int
) -> None:
    served = serve(*shell("wait", "exec sleep 1000"))
    runs = [served.client.actor("wait").start() for _ in range(2)]
    children = psutil.Process(served.process.pid).children(recursive=True)

    left, told = served.end(number)

    assert left == code and "Traceback" not in told
    assert len(children) >= 4 and psutil.wait_procs(children, 10)[1] == []
    kept = [json.loads((served.folder / "storage/runs" / run.id / "run.json").read_bytes()) for run in runs]
    assert [run["status"] for run in kept] == ["ABORTED", "ABORTED"]


def test_a_run_that_a_killed_platform_left_is_aborted_and_says_why(serve: Serve) -> None:
    served = serve(*shell("wait", "exec sleep 1000"))
    run = served.client.actor("wait").start()
    served.process.kill()
    served.process.wait()

    found = serve().client.run(run.id).get()

    assert (found.status, found.status_message) == (
        "ABORTED",
        "runmon ended before this run did, so the run was ended with it",
    )


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = [sys.executable, "-m", "runmon", "serve", "--token-file", "token", "--port", port]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, timeout=LONG_S)

    assert done.returncode == 1 and not (tmp_path / "token").exists()
    assert done.stderr.decode() == (
        f"runmon: The local platform cannot listen on port {port} (Address already in use). "
        "Name another with --port, or 0 for a free one.\n"
    )


def test_a_second_platform_in_the_same_home_is_refused(serve: Serve) -> None:
    served = serve()

    done = subprocess.run(
        command("--token-file", "token"), cwd=served.folder, capture_output=True, timeout=LONG_S
    )

    assert done.returncode == 1
    assert b"another runmon serves it" in done.stderr and b"--home" in done.stderr


def test_without_a_terminal_or_a_file_for_the_token_nothing_starts(tmp_path: Path) -> None:
    done = subprocess.run(command(), cwd=tmp_path, capture_output=True, timeout=LONG_S)

    assert (done.returncode, done.stdout) == (5, b"")
    assert b"--token-file FILE" in done.stderr


def test_a_terminal_is_told_how_to_reach_it_and_the_token_opens(tmp_path: Path) -> None:
    line = command()
    child = pexpect.spawn(line[0], line[1:], cwd=str(tmp_path), encoding="utf-8", timeout=LONG_S)
    child.expect(r"export APIFY_TOKEN=([A-Za-z0-9_-]{43})\r")
    token = child.match[1]
    child.expect(r"export APIFY_CLIENT_BASE_URL=(\S+)")
    url = child.match[1]
    child.expect_exact(f'ApifyClient(os.environ["APIFY_TOKEN"], api_url="{url}")')
    child.expect("No Actor is registered")

    client: Any = ApifyClient(token, api_url=url)
    assert client.user().get().username == "local"

    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_the_token_is_kept_for_its_owner_alone_and_never_written_elsewhere(serve: Serve) -> None:
    first = serve(*shop())
    first.client.actor("shop").call(run_input={"n": 1}, logger=None)
    _, told = first.end()
    again = serve()

    assert stat.S_IMODE((first.folder / "token").stat().st_mode) == 0o600
    assert again.token == first.token and len(first.token) >= 43
    files = [path for path in first.folder.rglob("*") if path.is_file() and path.name != "token"]
    assert len(files) > 4 and not any(first.token.encode() in path.read_bytes() for path in files)
    assert first.token not in told and "$(cat " in told


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ("apify_api_CaNaRy0123456789", "opens an account of Apify"),
        ("", "holds no token"),
        ("two words of some length", "holds no token"),
    ],
)
def test_a_file_with_no_token_of_ours_is_left_as_it_is(tmp_path: Path, kept: str, why: str) -> None:
    (tmp_path / "token").write_text(kept)

    done = subprocess.run(command("--token-file", "token"), cwd=tmp_path, capture_output=True, timeout=LONG_S)

    assert done.returncode == 5 and why in done.stderr.decode() and b"CaNaRy" not in done.stderr
    assert (tmp_path / "token").read_text() == kept


def test_folders_and_bundles_are_served_and_take_no_changes(serve: Serve, tmp_path: Path) -> None:
    place = tmp_path / "left" / "datasets" / "default"
    place.mkdir(parents=True)
    (place / "000000001.json").write_text('{"a": 1}')
    with zipfile.ZipFile(tmp_path / "left.zip", "w") as bundle:
        bundle.writestr("datasets/default/000000001.json", '{"b": 2}')
    client = serve("left", "left.zip").client

    runs = client.runs().list().items

    items = [client.dataset(run.default_dataset_id).list_items().items for run in runs]
    assert sorted(items, key=str) == [[{"a": 1}], [{"b": 2}]]
    with pytest.raises(ApifyApiError, match="opened for reading"):
        client.dataset(runs[0].default_dataset_id).push_items([{}])


def test_a_rate_limit_answers_429(serve: Serve) -> None:
    served = serve("--rate-limit", "1")
    headers = {"authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.url, headers=headers, trust_env=False) as http:
        answers = [http.get("/v2/users/me") for _ in range(5)]

    assert 429 in {answer.status_code for answer in answers}


def test_actors_are_read_from_the_file_of_the_folder(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "runmon.toml").write_text(
        f"[actors]\nshop = ['{sys.executable}', 'shop.py']\nother = 'sh -c \"exit 7\"'\n"
    )

    client = serve("--actor", "other=sh -c 'exit 8'").client

    assert client.actor("shop").call(run_input={"n": 1}, logger=None).status == "SUCCEEDED"
    assert client.actor("other").call(logger=None).exit_code == 8


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[actors", "is not valid TOML"),
        ("[actor]\na = 'b'", "names what is not known: actor"),
        ("actors = 3", "is not a table"),
        ("[actors]\na = ''", "The Actor a has no command"),
        ("[actors]\na = [1]", "The Actor a has no command"),
        ('[actors]\na = "sh \'x"', "cannot be read: No closing quotation"),
        ("[actors]\n'../a' = 'b'", "An Actor cannot be called '../a'"),
    ],
)
def test_a_table_of_actors_that_cannot_be_used_says_why(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "runmon.toml"
    file.write_text(text)

    with pytest.raises(BadInput, match=re.escape(why)):
        registered([], file)


def test_an_actor_without_a_command_says_how_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--actor name='command'"):
        registered(["shop"], tmp_path / "none")


def test_only_loopback_is_listened_on(serve: Serve) -> None:
    served = serve()
    port = int(served.url.rpartition(":")[2])
    held = [link for link in psutil.Process(served.process.pid).net_connections() if link.status == "LISTEN"]

    assert [(link.laddr.ip, link.laddr.port) for link in held] == [("127.0.0.1", port)]
