"""API Explorer: call a service with a document, show the result, generate the code of the call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

import ocr
from billing import selectors as billing_selectors
from ocr import catalog
from ocr.exports import formats
from portal import notices
from portal.code_samples import call_of
from portal.console import ConsoleView

SAMPLES = Path(ocr.__file__).parent / "samples"


class ExplorerView(ConsoleView):
    """`/console/explorer?service=`: the form comes from the catalogue's options."""

    template = "portal/explorer.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the form of one service and what the generated code needs."""
        code = self.request.GET.get("service", catalog.SERVICES[0].code)
        service = catalog.BY_CODE.get(code)
        if service is None:
            raise Http404
        state = billing_selectors.subscription_state(
            self.principal.account_id, region=self.principal.region, user_id=self.principal.user_id
        )
        return {
            "service": service,
            "services": catalog.SERVICES,
            "subscribed": service.code in state,
            "options": service.extractor.OPTIONS,
            "exports": formats.FORMATS,
            "formats": ", ".join(sorted(service.limits.formats)),
            "has_sample": _sample(service.code) is not None,
            "endpoint": settings.PUBLIC_URL,
            "missing_languages": notices.languages_missing(service),
            "call": {
                **call_of(service, self.principal, self.enterprise_project),
                "words": _words(),
            },
        }


class SampleView(ConsoleView):
    """`/console/explorer/sample?service=`: the sample document of a service."""

    def get(self, request: Any, **kwargs: Any) -> Any:
        """Return the image, or 404 where a service has none."""
        path = _sample(request.GET.get("service", ""))
        if path is None:
            return HttpResponse(status=404)
        return FileResponse(path.open("rb"))


def _sample(code: str) -> Path | None:
    if code not in catalog.BY_CODE:
        return None
    found = (SAMPLES / f"{code}{ending}" for ending in (".jpg", ".png"))
    return next((path for path in found if path.is_file()), None)


def _words() -> dict[str, str]:
    """Return the sentences that the page's script shows."""
    return {
        "needInput": _("Choose an image or enter a URL first."),
        "running": _("Reading the document…"),
        "noFields": _("The answer holds no fields."),
        "low": _("low confidence"),
        "ok": _("passed"),
        "bad": _("not passed"),
        "network": _("The server did not answer. Check the connection and try again."),
        "copied": _("Copied"),
        "chosen": _("Image chosen"),
        "saving": _("Writing the file…"),
        "saved": _("The file is saved. Nothing was stored on the server."),
    }
