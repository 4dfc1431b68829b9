"""Session, CSRF and locale middleware for pages only: an API call pays for none of them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from core import api


class PagesOnlyMiddleware:
    """Wrap the rest of the chain in `settings.PAGE_MIDDLEWARE` unless the path is an API path.

    A session may call an API path too (the explorer does): the console's own authenticator in
    `iam.authn` reads the session there and checks CSRF itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.direct = get_response
        pages = get_response
        self._hooks: list[object] = []
        for name in reversed(settings.PAGE_MIDDLEWARE):
            pages = import_string(name)(pages)
            self._hooks.insert(0, pages)
        self.pages = pages

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.direct(request) if api.api_style(request.path) else self.pages(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        """Forward `process_view`, which CSRF needs: Django calls it on listed middleware only."""
        if api.api_style(request.path):
            return None
        for hook in self._hooks:
            view_hook = getattr(hook, "process_view", None)
            if view_hook and (response := view_hook(request, *args)):
                return response
        return None
