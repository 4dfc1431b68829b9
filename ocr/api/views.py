"""The one view behind every recognition route."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from iam.gateway import ApiView
from iam.principal import Principal
from ocr.catalog import Service
from ocr.recognize import recognize


class RecognizeView(ApiView):
    """POST an image, get `{"result": …}`. A call requires a subscription, not an action."""

    service: ClassVar[Service | None] = None
    action = None
    style = "gateway"
    needs_project = True

    def post(self, request: HttpRequest, principal: Principal, **kwargs: Any) -> dict[str, Any]:
        """Recognize the image in the body."""
        assert self.service is not None
        result = recognize(
            principal=principal,
            service=self.service,
            body=request.body,
            request_id=request.request_id,  # type: ignore[attr-defined]
            source="explorer" if principal.method == "session" else "api",
        )
        return {"result": result}
