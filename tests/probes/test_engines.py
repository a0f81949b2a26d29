"""What container engines print, as they really printed it, and what they print when they fail."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.names import is_safe
from tests.probes.recorded import ENGINES, FOLDER, printed
from tui.model.facts import Container, Engine
from tui.probes.namespaces import engines
from tui.probes.namespaces.container_settings import inspected, last_lines
from tui.probes.namespaces.engine_access import EnginePlaces
from tui.probes.namespaces.engines import containers_in

EVERYWHERE = "0.0.0.0"
NEWER_DOCKER = (
    '{"ID":"9c1f0a5b2d3e","Names":"db","State":"running","Status":"Up 3 weeks (healthy)",'
    '"Ports":"0.0.0.0:8000-8002->80-82/tcp, [::]:9000->9000/tcp, 6379/tcp, 0.0.0.0:53->53/udp"}'
)
"""By Docker's documentation: since 23.0 an IPv6 address has brackets; ports in a row are one range."""
CRICTL = (
    '{"containers":[{"id":"9c1f0a5b2d3e' + "0" * 52 + '","metadata":{"name":"app","attempt":3},"image":{"image":"sha256:1",'
    '"userSpecifiedImage":"registry.example/app:1"},"state":"CONTAINER_EXITED","labels":{"io.kubernetes.pod.name":"app-5d9"}}]}'
)
"""By the documentation of crictl: no Kubernetes runs in the tests."""


def listed(engine: Engine) -> dict[str | None, Container]:
    """The containers of the recorded `ps`, by name."""
    return {one.name: one for one in containers_in(engine, printed(f"{engine}-ps"))}


def known(engine: Engine) -> dict[str | None, Container]:
    """The containers of the recorded `ps` and `inspect`, by name."""
    return {one.name: one for one in inspected(list(listed(engine).values()), printed(f"{engine}-inspect"))}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_container_is_listed_with_its_state(engine: Engine) -> None:
    """Running or not, with the short id, the image, and the state as the engine names it."""
    containers = listed(engine)

    states = {name: one.state for name, one in containers.items() if name != "looping"}
    assert states == {
        **dict.fromkeys(("web", "local", "inner"), "running"),
        **dict.fromkeys(("gone", "failed", "killed"), "exited"),
        **dict.fromkeys(("made", "taken"), "created"),
        "paused": "paused",
    }
    assert {one.engine for one in containers.values()} == {engine}
    assert {len(one.id) for one in containers.values()} == {12}
    assert (containers["web"].image or "").endswith("web:1")


@pytest.mark.parametrize("engine", ENGINES)
def test_published_ports_are_read(engine: Engine) -> None:
    """Several ports, ranges, an address of their own; UDP and what is only exposed are left out."""
    containers = listed(engine)

    ports = {one for one in containers["web"].published if one[0] == EVERYWHERE}
    assert ports == {(EVERYWHERE, 8080, 80), (EVERYWHERE, 8000, 80), (EVERYWHERE, 8001, 81), (EVERYWHERE, 8002, 82)}
    assert containers["local"].published == (("127.0.0.1", 8081, 80),)
    assert containers["inner"].published == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_how_a_container_ended_is_read(engine: Engine) -> None:
    """The exit code of what ended; none of what runs, waits or never ran, whatever its row says."""
    codes = {name: one.exit_code for name, one in known(engine).items()}

    assert (codes["gone"], codes["failed"], codes["killed"]) == (0, 3, 137)
    assert {codes[name] for name in ("web", "paused", "made", "taken")} == {None}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "port"), [("gone", 8084), ("failed", 8085), ("looping", 8087), ("made", 8088), ("taken", 8080)])
def test_what_does_not_run_keeps_its_ports(engine: Engine, name: str, port: int) -> None:
    """Its settings name the port that it publishes when it runs; docker's `ps` does not."""
    assert (EVERYWHERE, port, 80) in known(engine)[name].published


@pytest.mark.parametrize("engine", ENGINES)
def test_restarts_are_counted(engine: Engine) -> None:
    """Whatever the moment shows, the engine's counter and policy say that it is started again and again."""
    looping = known(engine)["looping"]

    assert (looping.restarts or 0) > 1
    assert looping.restart_policy == "always"
    assert looping.started
    assert looping.ended
    assert (known(engine)["failed"].restarts, known(engine)["failed"].restart_policy) == (0, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_times_addresses_networks_and_exposed_ports_are_read(engine: Engine) -> None:
    """What runs has an address in its network; what never ran has no time, and a network all the same."""
    containers = known(engine)

    web, made, gone = containers["web"], containers["made"], containers["gone"]
    assert web.networks == ("shop",)
    assert len(web.addresses) == 1
    assert web.exposed[:1] == (80,)
    assert (made.started, made.ended, made.addresses, len(made.networks)) == (None, None, (), 1)
    assert 0 <= (gone.ended or 0) - (gone.started or 0) < 5


def test_why_it_could_not_start_is_in_the_engines_words() -> None:
    """Docker keeps the reason why a container could not be started; podman does not."""
    assert "port is already allocated" in known("docker")["taken"].error
    assert known("podman")["taken"].error == ""


def test_newer_forms_of_dockers_ports() -> None:
    """Ranges and bracketed addresses."""
    (db,) = containers_in("docker", NEWER_DOCKER)

    assert db.published == (
        (EVERYWHERE, 8000, 80),
        (EVERYWHERE, 8001, 81),
        (EVERYWHERE, 8002, 82),
        ("::", 9000, 9000),
    )


def test_podman_under_dockers_name_is_podman() -> None:
    """The package podman-docker is known by the process id in its rows."""
    assert {one.engine for one in containers_in("docker", printed("podman-ps"))} == {"podman"}


def test_crictl_names_pod_and_container() -> None:
    """Neither ports nor exit code, and the pod's name with the container's."""
    (app,) = containers_in("containerd", CRICTL)

    assert (app.name, app.image, app.state, app.published) == ("app-5d9/app", "registry.example/app:1", "exited", ())


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("db", "db"),
        ("/db", "db"),
        ("db,web/store", "db"),
        (["db", "store"], "db"),
        (["/db"], "db"),
        ([], None),
        ("", None),
        (None, None),
    ],
)
def test_a_container_is_called_by_its_first_name(names: object, name: str | None) -> None:
    """A text or a list, with a slash before it or not; those that links of other containers give it come after."""
    (one,) = containers_in("docker", json.dumps({"ID": "9c1f0a5b2d3e", "Names": names, "State": "running"}))

    assert one.name == name


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "[1, null]", "not json", '{"ID": 5}', "[" * 100_000, '{"containers": 3}']
)
def test_what_is_not_understood_is_passed_over(text: str) -> None:
    """No form of output raises, and none makes a container up or changes one."""
    assert list(containers_in("docker", text)) == []
    one = Container(engine="docker", id="9c1f0a5b2d3e", state="exited")
    assert inspected([one], text) == [one]


@pytest.mark.parametrize("address", ["a;id", "$(id)", "-x", "fe80::1%a;b", "10.0.0.1/24", "x" * 300])
def test_an_address_that_is_none_is_left_out(address: str) -> None:
    """An engine, or what answers in its place, may lie: what would act on a shell is no address."""
    settings = [{"Id": "9c1f0a5b2d3e", "NetworkSettings": {"Networks": {"web": {"IPAddress": address}}}}]
    one = Container(engine="docker", id="9c1f0a5b2d3e", state="exited")

    assert [known.addresses for known in inspected([one], json.dumps(settings))] == [()]
    settings[0]["NetworkSettings"] = {"Networks": {"web": {"IPAddress": "172.18.0.2"}}}
    assert [known.addresses for known in inspected([one], json.dumps(settings))] == [("172.18.0.2",)]


def test_a_bad_line_between_good_ones_is_passed_over() -> None:
    """A warning on standard output costs nothing but itself."""
    first, second, *_ = printed("docker-ps").splitlines()

    assert len(list(containers_in("docker", f"{first}\nWARNING: something\n{second}\n"))) == 2


def test_the_end_of_a_log_is_kept() -> None:
    """Lines that say something, and no more than a few."""
    assert last_lines(printed("docker-logs")) == last_lines(printed("podman-logs")) == ("shop: no settings",)
    assert last_lines("\n".join(map(str, range(1000))) + "\n\n")[-1] == "999"
    assert len(last_lines("\n".join(map(str, range(1000))))) < 20


_KEYS = ("ID", "Id", "id", "Names", "Image", "State", "Status", "Ports", "Pid", "ExitCode", "metadata", "labels")
_SETTINGS = ("HostConfig", "NetworkSettings", "Networks", "PortBindings", "80/tcp", "HostPort", "StartedAt", "RestartPolicy")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS + _SETTINGS), inner, max_size=8),
    max_leaves=12,
)


@given(_JSON)
def test_no_json_is_too_strange(value: object) -> None:
    """Whatever an engine prints, what comes out may be shown."""
    text = json.dumps([value])
    for one in [*containers_in("docker", text), *inspected([Container(engine="docker", id="")], text)]:
        assert is_safe(one.label)
        assert is_safe(one.image or "")
        assert all(map(is_safe, (*one.networks, *one.addresses, one.error, one.state or "")))


class Machine:
    """A machine's places for engines, in a folder, with programs that print what was recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[socket.socket] = []
        for name in ("bin", "run/libpod", "storage", "proc"):
            (folder / name).mkdir(parents=True)
        self.places = EnginePlaces(
            run=folder / "run", storage=folder / "storage", settings=folder / "none", proc=folder / "proc", user=0, home=folder
        )
        self.environ = {"PATH": str(folder / "bin")}

    def listen(self, name: str) -> None:
        """A socket of an engine's daemon."""
        path = self.folder / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = socket.socket(socket.AF_UNIX)
        opened.bind(str(path))
        self.opened.append(opened)

    def program(self, name: str, script: str = "") -> None:
        """A program; without a script, one that prints what was recorded, and writes down what it was asked."""
        recorded = (
            f'echo "$*" >> {self.folder}/asked\nfor word; do case $word in ps|inspect|logs)\n'
            f"/usr/bin/tail -n +3 {FOLDER}/{name}-$word.txt; exit;; esac; done"
        )
        (self.folder / "bin" / name).write_text(f"#!/bin/sh\n{script or recorded}\n")
        (self.folder / "bin" / name).chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """What the recorded programs were asked."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []

    async def ask(self, port: int = 1, name: str | None = None) -> engines.Answers:
        """Ask the engines of this machine."""
        return await engines.ask(self.environ, port=port, name=name, places=self.places)


@pytest.fixture(name="machine")
def empty_machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine without any engine."""
    made = Machine(tmp_path)
    yield made
    for opened in made.opened:
        opened.close()


async def test_a_machine_without_engines_has_no_containers(machine: Machine) -> None:
    """No program on the PATH, and programs without socket or storage, are no news, and none of them is run."""
    assert await machine.ask() == engines.Answers()
    for name in ("docker", "podman", "crictl"):
        machine.program(name)

    assert await machine.ask() == engines.Answers()
    assert machine.asked == []


async def test_an_engine_is_asked_where_its_socket_is(machine: Machine) -> None:
    """State, ports and end of what does not run, and its last words where it has to do with the port."""
    machine.program("docker")
    machine.listen("docker.sock")

    answers = await machine.ask(port=8085)

    assert answers.problems == ()
    failed = next(one for one in answers.containers if one.name == "failed")
    assert (failed.state, failed.exit_code, failed.published) == ("exited", 3, ((EVERYWHERE, 8085, 80),))
    assert failed.log == ("shop: no settings",)
    assert [one.name for one in answers.containers if one.log] == ["failed"]
    assert all(command.startswith(f"--host unix://{machine.folder}/run/docker.sock") for command in machine.asked)


async def test_the_last_words_of_what_was_named_are_read(machine: Machine) -> None:
    """By its name, whatever port it has."""
    machine.program("docker")
    machine.listen("docker.sock")

    assert [one.name for one in (await machine.ask(port=1, name="failed")).containers if one.log] == ["failed"]


async def test_podman_is_asked_only_where_it_has_been_used(machine: Machine) -> None:
    """Without storage it would make one; after a restart it would change it, so that is said instead."""
    machine.program("podman")
    (machine.folder / "storage/libpod").mkdir()

    unused = await machine.ask()
    assert unused.containers == ()
    assert "would change its storage" in unused.idle[0]
    assert unused.problems == ()
    assert machine.asked == []
    (machine.folder / "run/libpod/alive").touch()

    used = await machine.ask()
    assert used.problems == ()
    assert {one.name for one in used.containers} >= {"web", "made"}


async def test_podmans_storage_may_be_elsewhere(machine: Machine) -> None:
    """Its settings name the folder."""
    machine.program("podman")
    (machine.folder / "else/libpod").mkdir(parents=True)
    (machine.folder / "none").write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{machine.folder}/else"\n')
    (machine.folder / "run/libpod/alive").touch()

    assert (await machine.ask()).containers


async def test_a_user_is_told_of_roots_podman(machine: Machine) -> None:
    """Root's containers are not that user's, and he has no storage that could be asked."""
    machine.program("podman")
    (machine.folder / "storage/libpod").mkdir()
    machine.places = EnginePlaces(run=machine.places.run, storage=machine.places.storage, user=1000, home=machine.folder)

    answers = await machine.ask()

    assert answers.problems == ("This user may not ask podman for root's containers (permission denied).",)
    assert machine.asked == []


async def test_a_users_own_podman_is_asked(machine: Machine) -> None:
    """In his own storage, if he has used it since the machine started."""
    machine.program("podman")
    (machine.folder / ".local/share/containers/storage/libpod").mkdir(parents=True)
    (machine.folder / "user/libpod/tmp").mkdir(parents=True)
    (machine.folder / "user/libpod/tmp/alive").touch()
    machine.environ["XDG_RUNTIME_DIR"] = f"{machine.folder}/user"
    machine.places = replace(machine.places, storage=machine.folder / "no", user=1000, home=machine.folder)
    (machine.folder / "user/libpod/tmp/pause.pid").write_text("813")
    (machine.folder / "proc/813").mkdir()
    (machine.folder / "proc/813/cmdline").write_text("podman\0")

    assert (await machine.ask()).containers


@pytest.mark.parametrize("pause", [None, "", "813", "x", "²", "1" * 5000])
async def test_a_podman_without_its_process_is_not_asked(pause: str | None, machine: Machine) -> None:
    """Any of its commands would start one that stays: it has ended, is a zombie, or its file names none."""
    machine.program("podman")
    (machine.folder / ".local/share/containers/storage/libpod").mkdir(parents=True)
    (machine.folder / "user/libpod/tmp").mkdir(parents=True)
    (machine.folder / "user/libpod/tmp/alive").touch()
    if pause is not None:
        (machine.folder / "user/libpod/tmp/pause.pid").write_text(pause)
    (machine.folder / "proc/813").mkdir()
    (machine.folder / "proc/813/cmdline").touch()
    machine.environ["XDG_RUNTIME_DIR"] = f"{machine.folder}/user"
    machine.places = replace(machine.places, storage=machine.folder / "no", user=1000, home=machine.folder)

    assert (await machine.ask()).problems == (
        "podman's own process of this user has ended, and asking podman would start another.",
    )
    assert machine.asked == []


async def test_root_says_whose_podman_it_did_not_ask(machine: Machine) -> None:
    """Each user's containers are that user's."""
    machine.program("podman")
    (machine.folder / "run/user/1000/libpod").mkdir(parents=True)

    assert (await machine.ask()).problems == ("The podman of user 1000 has its own containers, and was not asked.",)


async def test_a_daemon_is_not_woken(machine: Machine) -> None:
    """Under systemd, a socket without a dockerd may be systemd's own: it would start the daemon."""
    machine.program("docker")
    machine.listen("docker.sock")
    (machine.folder / "run/systemd/system").mkdir(parents=True)

    asleep = await machine.ask()
    assert asleep.problems == ("Docker's daemon (dockerd) does not run, and asking it might start it.",)
    assert machine.asked == []
    (machine.folder / "proc/812").mkdir()
    (machine.folder / "proc/812/comm").write_text("dockerd\n")

    assert (await machine.ask()).containers


async def test_an_engine_of_another_machine_is_not_this_ones(machine: Machine) -> None:
    """DOCKER_HOST may lead over the network; this machine's socket is what counts."""
    machine.program("docker")
    machine.environ["DOCKER_HOST"] = "tcp://192.0.2.7:2376"

    assert await machine.ask() == engines.Answers()
    assert machine.asked == []


async def test_an_engine_without_its_program_is_said(machine: Machine) -> None:
    """Its socket shows that there is one."""
    machine.listen("docker.sock")

    assert "its program `docker` is not" in (await machine.ask()).problems[0]


async def test_an_engine_that_refuses_is_said(machine: Machine) -> None:
    """As the engine printed it for a user without the right to ask."""
    text = printed("docker-nobody").replace("'", "")
    machine.program("docker", f"echo '{text}' >&2\nexit 1")
    machine.listen("docker.sock")

    assert (await machine.ask()).problems == ("This user may not ask docker (permission denied).",)


async def test_an_engine_that_does_not_answer_is_said(machine: Machine) -> None:
    """It is there, so its silence is no list without containers."""
    machine.program("docker", "echo 'Cannot connect to the Docker daemon at unix:///run/docker.sock.' >&2\nexit 1")
    machine.listen("docker.sock")

    (problem,) = (await machine.ask()).problems
    assert problem == "docker gave no list of containers: Cannot connect to the Docker daemon at unix:///run/docker.sock."


async def test_engines_are_asked_at_the_same_time(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three that hang cost the deadline once, and each is said."""
    monkeypatch.setattr(engines, "DEADLINE_S", 0.4)
    for name in ("docker", "podman", "crictl"):
        machine.program(name, "exec /bin/sleep 5")
    machine.listen("docker.sock")
    machine.listen("containerd/containerd.sock")
    (machine.folder / "storage/libpod").mkdir()
    (machine.folder / "run/libpod/alive").touch()
    began = monotonic()

    answers = await machine.ask()

    assert monotonic() - began < 0.8
    assert answers.problems == tuple(f"{name} did not answer within 0.4 s." for name in ("docker", "podman", "crictl"))
