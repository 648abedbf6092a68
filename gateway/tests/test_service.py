"""The router of the gateway: no two routes collide, and every dependency has a provider."""

from types import SimpleNamespace

import pytest
from nameko.extensions import DependencyProvider
from werkzeug.wrappers import Response

from loket_gateway.http.routing import Router, route
from loket_gateway.service import ROUTER, Dependencies, GatewayService


class Hello:
    def __init__(self, greeting):
        self.greeting = greeting

    @route("GET", "/<service>")
    def hello(self, request, service):  # a placeholder can have any name
        return Response(f"{self.greeting}, {service}")


def router(*groups):
    made = Router()
    for group in groups:
        made.add(group, lambda use: Hello(use.greeting))
    return made


def group(name, method, url, handler):
    return type(name, (), {handler.__name__: route(method, url)(handler)})


def test_every_dependency_has_a_provider_and_every_provider_is_used():
    providers = {name for name, each in vars(GatewayService).items() if isinstance(each, DependencyProvider)}
    assert set(Dependencies.__annotations__) | {"traceparent"} == providers


def test_every_group_of_routes_can_be_built_from_the_dependencies():
    given = SimpleNamespace(**dict.fromkeys(Dependencies.__annotations__, "given"))
    assert ROUTER.groups
    for each, build in ROUTER.groups:
        assert isinstance(build(given), each)


def test_a_handler_becomes_an_entrypoint_under_its_own_name():
    service = type("Service", (), {"greeting": "Hello"})
    router(Hello).attach(service)
    assert [each.url for each in service.hello.nameko_entrypoints] == ["/<service>"]
    assert service().hello(None, service="Lieve").get_data() == b"Hello, Lieve"


def test_two_routes_with_the_same_method_and_address_are_refused():
    def goodbye(self, request, who):
        return Response()

    with pytest.raises(ValueError, match=r"Goodbye\.goodbye: Hello\.hello has GET"):
        router(Hello, group("Goodbye", "GET", "/<who>", goodbye))


def test_two_handlers_with_the_same_name_are_refused():
    def hello(self, request):
        return Response()

    with pytest.raises(ValueError, match=r"Other\.hello"):
        router(Hello, group("Other", "GET", "/other", hello))


def test_a_handler_whose_parameters_differ_from_its_address_is_refused():
    def hello(self, request, other):
        return Response()

    with pytest.raises(ValueError, match=r"\['other'\]"):
        router(group("Other", "GET", "/<name>", hello))


def test_a_handler_with_the_name_of_a_service_attribute_is_refused():
    with pytest.raises(ValueError, match="hello"):
        router(Hello).attach(type("Service", (), {"hello": "taken"}))
