"""The phrases of a language, those of a municipality before ours. An unknown placeholder is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from loket_chassis.yaml import safe_load

#: what a kind of message may say; `detail` and `sms` are not said by all
PARTS = ("subject", "opening", "detail", "closing", "sms")

#: what a phrase is made of: what there is, and whether it is there. Nothing that repeats, calls or calculates, as who
#: writes a phrase must not be able to keep the process busy
MAY_BE_SAID = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.If, nodes.CondExpr, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Test,
)  # fmt: skip
FILTERS = frozenset({"join", "upper", "lower", "capitalize", "title", "trim", "first", "last", "length", "default"})

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]

# a municipality writes phrases, so they get at the card and at nothing else
_environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@cache
def words_of(language: str) -> Mapping[str, Any]:
    """Our phrases in a language."""
    source = resources.files("loket_notification.templates").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Any] = safe_load.load(source)
    return words


def phrases_of(kind: str, language: str, own: Texts) -> dict[str, str]:
    """The phrases of one kind of message."""
    return {**words_of(language)[kind], **own.get(language, {}).get(kind, {})}


def fill(phrase: str, context: Mapping[str, Any]) -> str:
    """Raises jinja2.TemplateError for an unknown placeholder or a mistake in the phrase."""
    return _phrase(phrase).render(context)


# people try words out, so it is bounded
@lru_cache(maxsize=2_000)
def _phrase(phrase: str) -> Template:
    for node in _all_below(_environment.parse(phrase)):
        if not isinstance(node, MAY_BE_SAID) or (isinstance(node, nodes.Filter) and node.name not in FILTERS):
            what = node.name if isinstance(node, nodes.Filter) else type(node).__name__.lower()
            raise TemplateSyntaxError(f"{what} has no place in a message", node.lineno)
    return _environment.from_string(phrase)


def _all_below(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for each in node.iter_child_nodes():
        yield from _all_below(each)
