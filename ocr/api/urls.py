"""Routes of the recognition API: a loop over the catalogue."""

from django.urls import path

from ocr.api.ces_urls import urlpatterns as ces_routes
from ocr.api.exports import ExportView
from ocr.api.views import RecognizeView
from ocr.catalog import SERVICES

urlpatterns = [
    path(
        f"v2/<str:project_id>/ocr/{service.code}",
        RecognizeView.as_view(service=service),
        name=f"ocr-{service.code}",
    )
    for service in SERVICES
]
urlpatterns.append(path("api/v1/exports", ExportView.as_view(), name="exports"))
urlpatterns += ces_routes
