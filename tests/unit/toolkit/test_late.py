"""Routes that are made when somebody asks for one."""

from collections.abc import Callable
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import Application, RequestHandler, url

from eohub_toolkit.late import LateRouter, install_late


class Page(RequestHandler):
    """Answers nothing: the router is asked, not the page."""


def counting(made: list[str]) -> Callable[[str], list[Any]]:
    def make(base_url: str) -> list[Any]:
        made.append(base_url)
        return [url(f"{base_url}eohub/test/page", Page)]

    return make


def router_of(application: Application) -> LateRouter:
    target = application.default_router.rules[0].target
    return next(rule.target for rule in target.rules if isinstance(rule.target, LateRouter))


def asked(path: str) -> HTTPServerRequest:
    return HTTPServerRequest("GET", path, headers=HTTPHeaders({"Host": "lab.test"}))


def test_nothing_is_made_before_the_first_request_and_only_once() -> None:
    made: list[str] = []
    application = Application([], base_url="/user/demo/")
    install_late(application, "/eohub/test", counting(made))
    router = router_of(application)
    assert made == []
    assert router.find_handler(asked("/user/demo/eohub/test/page")) is not None
    assert router.find_handler(asked("/user/demo/eohub/test/page")) is not None
    assert made == ["/user/demo/"]


def test_an_address_that_no_route_has_is_left_to_the_others() -> None:
    application = Application([], base_url="/")
    install_late(application, "/eohub/test", counting([]))
    assert router_of(application).find_handler(asked("/eohub/test/other")) is None
