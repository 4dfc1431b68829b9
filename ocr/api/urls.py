"""Routes of the recognition API, derived from the catalogue."""

from django.urls import include, path, re_path

from ocr.api.exports import ExportView
from ocr.api.views import RecognizeView
from ocr.catalog import SERVICES
from ocr.jobs import api as jobs

_services = [
    path(service.code, RecognizeView.as_view(service=service), name=f"ocr-{service.code}")
    for service in SERVICES
]
# One prefix for all of them, and the first route of the site: the hot path tries few patterns.
recognition = path("v2/<str:project_id>/ocr/", include(_services))
urlpatterns = [path("api/v1/exports", ExportView.as_view(), name="exports")]
_JOB = "api/v1/jobs/<str:job_id>"
urlpatterns += [
    path("api/v1/jobs", jobs.JobListView.as_view(), name="jobs"),
    path(_JOB, jobs.JobView.as_view(), name="job"),
    path(f"{_JOB}/files", jobs.JobFilesView.as_view(), name="job-files"),
    path(f"{_JOB}/estimate", jobs.JobEstimateView.as_view(), name="job-estimate"),
    path(f"{_JOB}/download", jobs.JobDownloadView.as_view(), name="job-download"),
    path(f"{_JOB}/pages", jobs.JobPagesView.as_view(), name="job-pages"),
    path(f"{_JOB}/pages/<int:position>", jobs.JobPageView.as_view(), name="job-page"),
    re_path(
        r"^api/v1/jobs/(?P<job_id>\w+)/(?P<step>start|pause|resume|cancel|retry)$",
        jobs.JobStepView.as_view(),
        name="job-step",
    ),
]
