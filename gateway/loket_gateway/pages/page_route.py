"""Routes of pages, whose refusals are pages too."""

from __future__ import annotations

from functools import partial

from ..http.routing import route
from .problem_page import problem_page

page_route = partial(route, page=True, render_refusal=problem_page)
