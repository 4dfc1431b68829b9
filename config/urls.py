"""URL patterns of all apps; the order decides where paths of two published APIs collide."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from config import doctor, health, metrics, security_txt
from iam.api import versions
from ocr.api.urls import recognition


def root(request: HttpRequest) -> HttpResponse:
    """Answer `GET /`: the identity service's version list for API clients, else the console.

    A request with a signature or a token, or that accepts JSON and not HTML, is from an API client.
    """
    authorization = request.headers.get("Authorization", "")
    accept = request.headers.get("Accept", "")
    wants_json = "json" in accept and "html" not in accept
    if (
        authorization.startswith(("SDK-", "V11-"))
        or "X-Auth-Token" in request.headers
        or wants_json
    ):
        return versions.root(request)
    return HttpResponseRedirect("/console/overview")


urlpatterns = [
    recognition,
    path("", root, name="root"),
    path("healthz", health.alive, name="healthz"),
    path("metrics", metrics.view, name="metrics"),
    path("readyz", health.ready, name="readyz"),
    path(".well-known/security.txt", security_txt.view, name="security-txt"),
    # CTS before IAM where the second segment is an id.
    path("", include("billing.api.urls")),
    path("", include("iam.api.urls")),
    path("", include("monitoring.api.urls")),
    path("", include("ocr.api.urls")),
    path(
        "api/v1/openapi.json",
        SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="openapi",
    ),
    path("", include("portal.urls")),
    path("operator/doctor", staff_member_required(doctor.page, login_url="/login"), name="doctor"),
    path("operator/", admin.site.urls),
]
