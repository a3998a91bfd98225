import pytest

from eohub_hub.isolation.network import (
    NAME_SERVER,
    NetworkTool,
    asks_itself,
    loopback_ports,
    name_servers,
    names_file,
    pasta_arguments,
    server_of_title,
    title,
)

TOOL = NetworkTool("/usr/bin/pasta", forwards_names=False)


def value_of(arguments: tuple[str, ...], option: str) -> str:
    return arguments[arguments.index(option) + 1]


class TestArguments:
    ARGUMENTS = pasta_arguments(TOOL, "pasta of x alice", 40_000, [8006, 8001, 8006])

    def test_the_program_comes_first_and_then_the_name_that_is_shown(self) -> None:
        assert self.ARGUMENTS[:2] == ("/usr/bin/pasta", "pasta of x alice")

    def test_one_port_leads_in_and_from_this_machine_only(self) -> None:
        assert value_of(self.ARGUMENTS, "-t") == "127.0.0.1/40000"
        assert value_of(self.ARGUMENTS, "-u") == "none"

    def test_the_listed_ports_and_no_others_lead_out_to_the_loopback(self) -> None:
        assert value_of(self.ARGUMENTS, "-T") == "8001,8006"
        assert value_of(self.ARGUMENTS, "-U") == "none"

    def test_no_list_means_no_port(self) -> None:
        arguments = pasta_arguments(TOOL, "pasta", None, [])
        assert (value_of(arguments, "-t"), value_of(arguments, "-T")) == ("none", "none")

    def test_the_gateway_never_stands_for_the_machine(self) -> None:
        assert "--no-map-gw" in self.ARGUMENTS

    def test_names_are_asked_elsewhere_only_where_they_have_to_be(self) -> None:
        assert "--dns-forward" not in self.ARGUMENTS
        forwarding = pasta_arguments(NetworkTool("/usr/bin/pasta", forwards_names=True), "pasta", None, [])
        assert value_of(forwarding, "--dns-forward") == NAME_SERVER

    def test_its_environment_is_what_it_is_given(self) -> None:
        network = TOOL.network("pasta of x alice", 40_000, [8001, 8006], {"MARK": "x"})
        assert network.argv == self.ARGUMENTS
        assert network.environment == {"MARK": "x"}


class TestTitle:
    def test_a_server_is_found_by_what_the_process_list_shows(self) -> None:
        assert server_of_title(title("one", "alice+second"), "one") == "alice+second"

    @pytest.mark.parametrize("shown", ["pasta of two alice", "pasta", "", "pasta of one", "python"])
    def test_another_process_is_not_taken_for_one(self, shown: str) -> None:
        assert server_of_title(shown, "one") is None

    def test_an_installation_whose_name_goes_on_is_another_one(self) -> None:
        assert server_of_title(title("one1", "alice"), "one") is None


class TestPorts:
    @pytest.mark.parametrize(
        ("text", "ports"),
        [
            ("http://127.0.0.1:8001/hub/api", {8001}),
            ("http://localhost:8006", {8006}),
            ("http://[::1]:8007/x", {8007}),
            ("https://127.0.0.1", {443}),
            ("http://localhost/", {80}),
            ('[{"id": "a", "url": "http://127.0.0.1:8005/s"}, {"url": "http://127.0.0.1:9/"}]', {8005, 9}),
            ("https://data.example.org:8443/", set()),
            ("http://127.0.0.1.example.org:8443/", set()),
            ("http://localhost.example.org/", set()),
            ("http://localhost:8000.example.org/", set()),
            ("http://10.0.0.1:8001/", set()),
            ("http://user@127.0.0.1:8001/", set()),
            ("127.0.0.1:8001", set()),
            ("ftp://127.0.0.1:21/", set()),
        ],
    )
    def test_only_urls_of_this_machine_count(self, text: str, ports: set[int]) -> None:
        assert loopback_ports([text]) == ports

    def test_every_text_is_read(self) -> None:
        assert loopback_ports(["http://localhost:1", "x", "http://localhost:2 http://localhost:1"]) == {1, 2}


class TestNames:
    def test_name_servers_are_read_among_other_lines(self) -> None:
        text = "# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.1\nnameserver\tfe80::1%eth0\n"
        assert name_servers(text) == ("192.0.2.1", "fe80::1%eth0")

    @pytest.mark.parametrize("server", ["127.0.0.53", "127.0.0.1", "::1"])
    def test_a_machine_that_asks_itself_is_noticed(self, server: str) -> None:
        assert asks_itself(["192.0.2.1", server])

    @pytest.mark.parametrize("servers", [[], ["192.0.2.1"], ["fe80::1%eth0"], ["nonsense"]])
    def test_a_machine_that_asks_others_is_left_as_it_is(self, servers: list[str]) -> None:
        assert not asks_itself(servers)

    def test_the_file_for_servers_keeps_all_but_the_servers(self) -> None:
        text = "search example.org\n\nnameserver 127.0.0.53\noptions edns0 trust-ad\n"
        assert names_file(text) == f"search example.org\noptions edns0 trust-ad\nnameserver {NAME_SERVER}\n"
