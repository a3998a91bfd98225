from traitlets.config import Config

from eohub_hub.spawner.gates import first_obstacle, install_gate


class Closed:
    """Closed to some people; counts who asked."""

    def __init__(self, sentence: str, *names: str) -> None:
        self.sentence = sentence
        self.names = names
        self.asked: list[str] = []

    async def why_not(self, name: str) -> str | None:
        self.asked.append(name)
        return self.sentence if name in self.names else None


async def test_without_gates_everybody_may_start() -> None:
    assert await first_obstacle({}, "alice") is None


async def test_the_first_closed_gate_speaks_and_the_others_are_not_asked() -> None:
    c = Config()
    gates = [Closed("one", "bob"), Closed("two", "alice", "bob"), Closed("three", "alice")]
    for gate in gates:
        install_gate(c, gate)
    settings = c.JupyterHub.tornado_settings
    assert await first_obstacle(settings, "alice") == "two"
    assert [len(gate.asked) for gate in gates] == [1, 1, 0]
    assert await first_obstacle(settings, "bob") == "one"
    assert await first_obstacle(settings, "carol") is None


def test_a_gate_leaves_other_settings_of_the_hub_alone() -> None:
    c = Config()
    c.JupyterHub.tornado_settings = {"cookie_options": {"SameSite": "Lax"}}
    install_gate(c, Closed("x"))
    assert c.JupyterHub.tornado_settings["cookie_options"] == {"SameSite": "Lax"}
