"""Help: quick starts with the user's own ids, the API reference, and a page per error code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404

from ocr import catalog
from portal import error_help, reference
from portal.code_samples import call_of
from portal.console import ConsoleView


class HelpView(ConsoleView):
    """`/console/help`: the start of all help, with quick starts."""

    template = "portal/help.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the quick starts fill in."""
        code = self.request.GET.get("service", catalog.SERVICES[0].code)
        service = catalog.BY_CODE.get(code)
        if service is None:
            raise Http404
        return {
            "service": service,
            "endpoint": settings.PUBLIC_URL,
            "call": call_of(service, self.principal, self.enterprise_project),
        }


class ReferenceView(ConsoleView):
    """`/console/help/api`: every operation in groups."""

    template = "portal/help_api.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the operations by tag; operators' own only to them."""
        groups = reference.by_tag()
        if not self.principal.is_operator:
            groups = [group for group in groups if group["tag"] != "operator"]
        return {"groups": groups, "endpoint": settings.PUBLIC_URL}


class OperationView(ConsoleView):
    """`/console/help/api/<operation>`: one operation with its fields, answers and an example."""

    template = "portal/help_operation.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the operation, its path filled in; 404 for one that does not exist."""
        row = reference.operations().get(kwargs["operation"])
        if row is None or (row.tag == "operator" and not self.principal.is_operator):
            raise Http404
        code = row.path.rsplit("/", 1)[-1] if row.tag == "recognition" else ""
        return {
            "row": row,
            "filled": row.path.replace("{project_id}", self.principal.project_id or "{project_id}"),
            "endpoint": settings.PUBLIC_URL,
            "service": catalog.BY_CODE.get(code),
            "here": row.title,
        }


class ErrorsView(ConsoleView):
    """`/console/help/errors`: all codes with a filter."""

    template = "portal/help_errors.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the codes by family."""
        return {"groups": error_help.help_by_family(), "query": self.request.GET}


class ErrorView(ConsoleView):
    """`/console/help/errors/<code>`: one code with its messages, causes and remedies."""

    template = "portal/help_error.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the code; 404 for one that does not exist."""
        found = error_help.help_of(kwargs["code"])
        if found is None:
            raise Http404
        return {"help": found, "here": found.code}
