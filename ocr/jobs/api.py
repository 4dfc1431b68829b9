"""`/api/v1/jobs`: jobs from draft to deletion receipt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import ApiError
from iam import authn, authz
from iam.principal import Principal
from ocr import errors
from ocr.exports import formats
from ocr.jobs import downloads, estimates, keys, retention, selectors, serializers
from ocr.jobs import services as jobs
from ocr.models import Job

TAGS = ["jobs"]
_PIECE = 64 * 1024


class JobsBase(APIView):
    """Base of the job views. The action is checked in the job's project and enterprise project."""

    actions = dict.fromkeys(("get", "post", "put", "delete"))
    handler_actions: dict[str, tuple[str, ...]] = {"get": ("ocr:job:get",)}
    traces: dict[str, tuple[str, str, str]] = {}

    def caller(self, request: Request) -> Principal:
        """Return the principal."""
        caller: Any = request.user
        if not isinstance(caller, Principal):
            raise TypeError("ActionPermission lets only principals through")
        return caller

    def job(self, request: Request, job_id: str, action: str) -> tuple[Principal, Job]:
        """Return the principal in the job's project, and the job; 404 for a job of another account, 403
        without `action`.
        """
        caller = self.caller(request)
        job = selectors.job(caller.account_id, job_id)
        here = authn.project_for(caller, job.project_id)
        authz.require(here, action, enterprise_project_id=job.enterprise_project_id)
        return here, job


def answered(job: Job, status: int = 200) -> Response:
    """Return the response that represents `job`."""
    return Response(serializers.jobs([job])[0], status=status)


class JobListView(JobsBase):
    """List jobs; create one."""

    traces = {"post": ("createJob", "job", "OCR")}
    handler_actions = {"get": ("ocr:job:list",), "post": ("ocr:job:create",)}

    @extend_schema(
        operation_id="jobs_list",
        parameters=[
            OpenApiParameter("state", str, enum=list(Job.STATES)),
            OpenApiParameter("marker", str),
            OpenApiParameter("limit", int),
        ],
        responses=serializers.JobsOut,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """List jobs, newest first."""
        caller = self.caller(request)
        projects = authz.enterprise_projects_where(caller, "ocr:job:list")
        if projects == []:
            authz.require(caller, "ocr:job:list")
        limit = serializers.number_of(request, "limit", 50, 1, 200)
        state, marker = (request.query_params.get(name, "") for name in ("state", "marker"))
        if state and state not in Job.STATES:
            raise ApiError(errors.JOB_INVALID, reason="state")
        rows = list(
            selectors.jobs(caller.account_id, state=state, projects=projects, after=marker)[
                : limit + 1
            ]
        )
        more = rows[limit - 1].id if len(rows) > limit else None
        return Response({"jobs": serializers.jobs(rows[:limit]), "next_marker": more})

    @extend_schema(
        operation_id="jobs_create",
        request=serializers.JobIn,
        responses={201: serializers.JobOut},
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        """Create an empty job; then add files, read the estimate and start it."""
        caller = self.caller(request)
        wanted = serializers.checked(serializers.JobIn, request)
        project_id = wanted.pop("project_id", "")
        here = authn.project_for(caller, project_id) if project_id else caller
        project = wanted["enterprise_project_id"] or here.enterprise_project_id or "0"
        authz.require(here, "ocr:job:create", enterprise_project_id=project)
        return answered(jobs.create(principal=here, **wanted), 201)


class JobView(JobsBase):
    """One job."""

    traces = {"delete": ("deleteJob", "job", "OCR")}
    handler_actions = {"get": ("ocr:job:get",), "delete": ("ocr:job:delete",)}

    @extend_schema(operation_id="jobs_get", responses=serializers.JobOut, tags=TAGS)
    def get(self, request: Request, job_id: str) -> Response:
        """Show state, counts and, for a deleted job, the receipt."""
        return answered(self.job(request, job_id, "ocr:job:get")[1])

    @extend_schema(operation_id="jobs_delete", responses=OpenApiTypes.OBJECT, tags=TAGS)
    def delete(self, request: Request, job_id: str) -> Response:
        """Delete files, names, results and key; answers the deletion receipt."""
        caller, job = self.job(request, job_id, "ocr:job:delete")
        return Response(retention.delete(principal=caller, job=job))


class JobFilesView(JobsBase):
    """The files of a job. Bodies are streamed to disk, encrypted; none is held in memory."""

    handler_actions = {"get": ("ocr:job:get",), "post": ("ocr:job:create",)}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Keep DRF's parsers from reading the body as a form or as a whole."""
        if request.method == "POST":
            request.streams_body = True  # type: ignore[attr-defined]
            request.POST, request._files = QueryDict(), MultiValueDict()  # type: ignore[assignment, attr-defined]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="jobs_files_list", responses=serializers.FileOut(many=True), tags=TAGS
    )
    def get(self, request: Request, job_id: str) -> Response:
        """List the files."""
        _, job = self.job(request, job_id, "ocr:job:get")
        retention.require_content(job)
        key = keys.of(job)
        return Response([serializers.file(row, key) for row in selectors.files(job)])

    @extend_schema(
        operation_id="jobs_files_add",
        parameters=[OpenApiParameter("name", str, required=True)],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: serializers.FileOut},
        tags=TAGS,
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Add one file: the body is its content, the query parameter `name` its name.

        A signed request declares the hash in `X-Sdk-Content-Sha256` (or UNSIGNED-PAYLOAD).
        """
        _, job = self.job(request, job_id, "ocr:job:create")
        name = request.query_params.get("name", "").strip()
        if not 1 <= len(name) <= serializers.NAME_MAX or not name.isprintable():
            raise ApiError(errors.JOB_INVALID, reason="name must have 1 to 255 characters")
        kind = request._request.META.get("CONTENT_TYPE", "")
        if kind.startswith("multipart/"):
            raise ApiError(errors.JOB_INVALID, reason="send the file itself as the body, no form")
        declared = request.headers.get("X-Sdk-Content-Sha256", "")
        row = jobs.file_add(
            job,
            name=name,
            chunks=_pieces(request._request),
            sha256="" if declared == "UNSIGNED-PAYLOAD" else declared,
        )
        return Response(serializers.file(row, keys.of(job)), status=201)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """Yield the body as it arrives, also a chunked one without a length."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced) > settings.JOB_MAX_MB * 1024 * 1024:
        reason = f"files may have {settings.JOB_MAX_MB} MB in all"
        raise ApiError(errors.JOB_TOO_LARGE, reason=reason)
    body: Any = request
    if "HTTP_TRANSFER_ENCODING" in request.META and request.META.get("wsgi.input_terminated"):
        body = request.META["wsgi.input"]  # Django reads nothing without a length
    while piece := body.read(_PIECE):
        yield piece


class JobEstimateView(JobsBase):
    """The estimate of a job."""

    @extend_schema(operation_id="jobs_estimate", responses=serializers.EstimateOut, tags=TAGS)
    def get(self, request: Request, job_id: str) -> Response:
        """Show pages, price, what packages and the free allowance cover, and what would refuse the start."""
        _, job = self.job(request, job_id, "ocr:job:get")
        return Response(serializers.estimate(estimates.estimate(job)))


class JobStepView(JobsBase):
    """Start, pause, resume, cancel, retry."""

    handler_actions = {"post": ("ocr:job:update",)}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Name the operation for the trace of a refusal."""
        self.traces = {"post": (f"{kwargs['step']}Job", "job", "OCR")}
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="jobs_step",
        request=serializers.StartIn,
        responses=serializers.JobOut,
        tags=TAGS,
    )
    def post(self, request: Request, job_id: str, step: str) -> Response:
        """Perform the operation; 409 where the job's state does not allow it."""
        caller, job = self.job(request, job_id, "ocr:job:update")
        if step == "start":
            partial = serializers.checked(serializers.StartIn, request)["partial"]
            return answered(jobs.start(principal=caller, job=job, partial=partial))
        steps = {
            "pause": jobs.pause,
            "resume": jobs.resume,
            "cancel": jobs.cancel,
            "retry": jobs.retry,
        }
        done = steps[step](principal=caller, job=job)
        return answered(selectors.job(done.account_id, done.id))


class JobPagesView(JobsBase):
    """The pages of a job."""

    @extend_schema(
        operation_id="jobs_pages_list",
        parameters=[
            OpenApiParameter("state", str),
            OpenApiParameter("after", int),
            OpenApiParameter("limit", int),
        ],
        responses=serializers.PagesOut,
        tags=TAGS,
    )
    def get(self, request: Request, job_id: str) -> Response:
        """List pages in order; a failed one has its error and remedy."""
        _, job = self.job(request, job_id, "ocr:job:get")
        retention.require_content(job)
        limit = serializers.number_of(request, "limit", 100, 1, 500)
        after = serializers.number_of(request, "after", -1, -1, 10**9)
        state = request.query_params.get("state", "")
        rows = list(
            selectors.pages(job, state=state, after=after, with_content=state == "failed")[
                : limit + 1
            ]
        )
        more = rows[limit - 1].position if len(rows) > limit else None
        told = serializers.pages(rows[:limit], selectors.files(job), keys.of(job))
        return Response({"pages": told, "next_after": more})


class JobPageView(JobsBase):
    """One page with its result."""

    handler_actions = {"get": ("ocr:job:download",)}

    @extend_schema(operation_id="jobs_page", responses=serializers.PageResultOut, tags=TAGS)
    def get(self, request: Request, job_id: str, position: int) -> Response:
        """Show the page and its result, in the shape of the service's own API."""
        _, job = self.job(request, job_id, "ocr:job:download")
        retention.require_content(job)
        key = keys.of(job)
        row = selectors.page(job, position)
        told = serializers.page(row, *selectors.listing(row.file, key), key)
        good = row.state == row.SUCCEEDED
        return Response({**told, "result": selectors.content(row, key) if good else None})


class JobDownloadView(JobsBase):
    """The results as one file."""

    traces = {"get": ("downloadJob", "job", "OCR")}
    handler_actions = {"get": ("ocr:job:download",)}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:  # noqa: FBT001, FBT002
        """Leave `format` to the view: DRF would look for a renderer of that name."""
        return JSONRenderer(), JSONRenderer.media_type

    @extend_schema(
        operation_id="jobs_download",
        parameters=[OpenApiParameter("format", str, enum=serializers.FORMATS, required=True)],
        responses={200: OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, job_id: str) -> StreamingHttpResponse:
        """Stream the file; a finished job with retention 0 is deleted after a complete download."""
        caller, job = self.job(request, job_id, "ocr:job:download")
        code = request.query_params.get("format", "")
        if code not in serializers.FORMATS:
            reason = f"format must be one of {', '.join(serializers.FORMATS)}"
            raise ApiError(errors.JOB_INVALID, reason=reason)
        pieces = downloads.download(principal=caller, job=job, code=code)
        return StreamingHttpResponse(
            pieces,
            content_type=formats.BY_CODE[code].media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{job.service}-{job.id[:8]}.{code}"',
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            },
        )
