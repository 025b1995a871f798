"""Which methods an address takes, over all the routes that lead there."""

from collections.abc import Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path


class Methods:
    """Knows them for a whole application: GET and HEAD of one address are routes of their own."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._known = [
            (compile_path(context.path)[0], frozenset(context.methods))
            for context in iter_route_contexts(routes)
            if context.path and context.methods
        ]

    def at(self, path: str) -> str:
        """Those of the address, as the header Allow names them; empty where nothing is."""
        found = {method for way, methods in self._known if way.match(path) for method in methods}
        return ", ".join(sorted(found))
