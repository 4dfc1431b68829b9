"""Base view of the console pages: session to principal, region, permissions, forms, messages, frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth, messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from billing.services import traces
from core import clock
from core.errors import ApiError, ErrorRow
from iam import actions, authn, authz, errors, selectors
from iam.gateway import Trace
from iam.principal import Principal
from iam.services import audit, sessions
from ocr import catalog
from ocr.catalog import title_of as title_of  # pages take it from here
from portal import autocomplete, error_help, notices
from portal.data_table import Column, Table

THEMES = ("system", "light", "dark")
THEME_COOKIE = "oc_theme"
FRAME_KEPT_S = 30


def not_found_row() -> ErrorRow:
    """Return the error of an address, or of an id in it, that does not exist for this account."""
    return ErrorRow(
        "CONSOLE.0002", 404, _("There is nothing at this address."),
        remedy=_("It may have been deleted, it may belong to another account, or the address has a typo."),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether the caller may use a form or button, and the action that decides."""

    action: str
    allowed: bool

    def __bool__(self) -> bool:
        return self.allowed


class Abilities(Mapping[str, Ability]):
    """The templates' `may.<name>`: each action is evaluated once, on first use."""

    def __init__(self, principal: Principal, actions: Mapping[str, str]) -> None:
        self._principal = principal
        self._actions = actions
        self._known: dict[str, Ability] = {}

    def __getitem__(self, name: str) -> Ability:
        if name not in self._known:
            action = self._actions[name]
            self._known[name] = Ability(action, authz.may(self._principal, action))
        return self._known[name]

    def __iter__(self) -> Any:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)


def _frame_key(account_id: str) -> str:
    return f"frame:{account_id}"


def theme(request: HttpRequest) -> dict[str, str]:
    """Context processor: the user's color scheme, `system`, `light` or `dark`."""
    chosen = request.COOKIES.get(THEME_COOKIE, "system")
    return {"theme": chosen if chosen in THEMES else "system"}


class ConsoleView(View):
    """A page of the console.

    `row` is its row of the navigation table; `action` guards the whole page; `actions` maps names that the
    template uses (`may.<name>`) to the actions of its forms; `template` renders it. A page implements
    `context()`; each form is a method `do_<name>()`, selected by the form field `do`.
    """

    action = ""
    slug = ""
    row: Any = None
    template = ""
    actions: Mapping[str, str] = {}
    # Form → its operation in the audit trail, for services that write no trace themselves.
    operations: Mapping[str, Trace] = {}
    principal: Principal
    may: Abilities
    projects: list[Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Require a session, store chosen region and columns, check the page's action, then serve."""
        if (first := sign_in_first(request)) is not None:
            return first
        if (kept := self._keep_choices()) is not None:
            return kept
        try:
            self.principal = self._principal()
        except ApiError as error:
            messages.error(request, error.message)
            request.session.flush()
            return redirect(settings.LOGIN_URL)
        self.may = Abilities(self.principal, self.actions)
        if self.action and not authz.may(self.principal, self.action):
            if request.method == "POST":
                self._trace_refusal(ApiError(errors.PERMISSION, action=self.action))
            return self.refuse(self.action)
        try:
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            problem = ApiError(not_found_row())
        except ApiError as error:
            problem = error
        return self.page(
            "portal/error.html",
            {"problem": problem, "remedy": error_help.remedy(problem.row)},
            status=problem.status,
        )

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Render the page, export its table (`?<table>.export=`) or suggest names (`?suggest=<field>`)."""
        if field := request.GET.get("suggest"):
            return self._suggest(field)
        values = self.context(**kwargs)
        for value in values.values():
            if isinstance(value, Table) and value.wanted:
                return cast("HttpResponse", value.export())  # a stream
        return self.page(self.template, values)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the form named by `do`; an error is shown on the page, which keeps what was entered."""
        handler: Callable[[], HttpResponse | None] | None = getattr(
            self, f"do_{request.POST.get('do', '')}", None
        )
        if handler is None:
            return HttpResponse(status=400)
        try:
            answer = self._traced(handler)
        except ApiError as error:
            if error.status == 404:
                raise
            messages.error(request, explain(error))
            return self.page(
                self.template, {**self.context(**kwargs), "typed": request.POST}, status=422
            )
        notices.forget(self.principal)
        cache.delete(_frame_key(self.principal.account_id))
        return answer or self.back()

    def table(self, name: str, columns: Sequence[Column], rows: Any, **more: Any) -> Table:
        """Return a table of this page; see `portal.data_table`."""
        return Table(name, columns, rows, self.request.GET, self.request.session, **more)

    def choosable(self) -> Mapping[str, QuerySet[Any]]:
        """Return, by field, the rows that a form of this page chooses from; see `portal.autocomplete`."""
        return {}

    def choice(self, field: str) -> autocomplete.Choice:
        """Return a field of a form that chooses one of many rows."""
        return autocomplete.choice(field, self.choosable()[field], self._sent)

    def chosen(self, field: str) -> list[str]:
        """Return the ids of the rows that a form chose in `field`."""
        return autocomplete.chosen(field, self.choosable()[field], self._sent)

    @property
    def _sent(self) -> QueryDict:
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        return cast("QueryDict", sent)

    def _suggest(self, field: str) -> HttpResponse:
        if (rows := self.choosable().get(field)) is None:
            raise Http404
        text = self.request.GET.get(f"{field}_name", "")
        found = {"rows": autocomplete.suggestions(rows, text)}
        return render(self.request, "components/suggestions.html", found)

    def confirmed(self, name: str) -> None:
        """Refuse a destructive form unless `name` was typed into its field `confirm`."""
        if self.request.POST.get("confirm", "") != name:
            row = ErrorRow("CONSOLE.0001", 400, _("Nothing was deleted: type {name} to confirm."))
            raise ApiError(row, name=name)

    def _traced(self, handler: Callable[[], HttpResponse | None]) -> HttpResponse | None:
        """Run a form: exactly one trace where it names an operation, and one of every refusal."""
        form = self.request.POST["do"]
        try:
            if form not in self.operations:
                return handler()
            name, kind, service = self.operations[form]
            with traces.operation(self.principal, name, resource_type=kind, service_type=service):
                return handler()
        except ApiError as error:
            self._trace_refusal(error)
            raise

    def _trace_refusal(self, error: ApiError) -> None:
        audit.failure_record(
            self.principal, error, action_name=self.request.POST.get("do", ""),
            resource_type=self.slug, service_type="CONSOLE",
        )  # fmt: skip

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page's template shows."""
        return {}

    def require(self, action: str) -> None:
        """Refuse the form unless the caller has `action`; raises 403 naming it."""
        authz.require(self.principal, action)

    def success(self, text: str) -> None:
        """Queue a success message for the next page."""
        messages.success(self.request, text)

    def back(self, slug: str = "", **query: str) -> HttpResponseRedirect:
        """Redirect to a page of the console, by default to this one with its query."""
        if slug or query:
            target = reverse(f"console:{slug or self.slug}")
            return redirect(f"{target}?{urlencode(query)}" if query else target)
        return redirect(self.request.get_full_path())

    def refuse(self, action: str) -> HttpResponse:
        """Render which permission is missing and who can grant it; status 403."""
        values = {
            "missing_action": action,
            "account": self.principal.account_name,
            "elsewhere": self._elsewhere(action),
        }
        return self.page("portal/no_permission.html", values, status=403)

    def page(self, template: str, values: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Render `template` in the console's frame."""
        return render(self.request, template, {**self._frame(), **values}, status=status)

    def _elsewhere(self, action: str) -> list[Any]:
        """Return the regions whose project allows the caller `action`, which this region's does not."""
        if actions.get(action).scope != "project":
            return []
        allowed = authz.projects_where(self.principal, action) or []
        return [row.region for row in self.projects if row.id in allowed]

    @property
    def enterprise_project(self) -> str:
        """Return the id of the enterprise project chosen in the frame, "" for all."""
        return self.request.session.get("enterprise_project", "")

    @cached_property
    def enterprise_project_names(self) -> dict[str, str]:
        """Return the account's enterprise projects, id to name, as the frame shows them."""
        names: dict[str, str] = self._frame_lists(self.principal.account_id)["names"]
        return names

    def _frame_lists(self, account_id: str) -> dict[str, Any]:
        """Return the account's region projects and the names of its enterprise projects.

        Cached for `FRAME_KEPT_S` seconds, because every page needs them and they rarely change; each
        form of the console empties the cache.
        """
        key = _frame_key(account_id)
        found: dict[str, Any] | None = cache.get(key)
        if found is None:
            found = {
                "projects": list(selectors.main_projects(account_id)),
                "names": selectors.enterprise_project_names(account_id),
            }
            cache.set(key, found, FRAME_KEPT_S)
        return found

    def _keep_choices(self) -> HttpResponseRedirect | None:
        """Store `?region=`, `?ep=` and a table's columns in the session; redirect to the address without them."""
        query: QueryDict = self.request.GET.copy()
        region, project = query.pop("region", None), query.pop("ep", None)
        table, columns = query.pop("columns", None), query.pop("show", [])
        if self.request.method != "GET" or not (region or project or table):
            return None
        if table:
            kept = self.request.session.get("columns", {})
            self.request.session["columns"] = {**kept, table[-1][:40]: columns[:40]}
        if region and any(region[-1] == row_id for row_id, _name in settings.REGIONS):
            self.request.session["region"] = region[-1]
        if project:
            chosen = "" if project[-1] == "all" else project[-1]
            self.request.session["enterprise_project"] = chosen
        rest = query.urlencode()
        return redirect(f"{self.request.path}?{rest}" if rest else self.request.path)

    def _principal(self) -> Principal:
        """Return the caller in the chosen region."""
        region = self.request.session.get("region", settings.REGIONS[0][0])
        caller = authn.principal_of_page(self.request)
        self.projects = self._frame_lists(caller.account_id)["projects"]
        here = next((row for row in self.projects if row.region_id == region), None)
        return replace(
            caller,
            project_id=here.id if here else "",
            project_name=here.name if here else "",
            region=region,
            enterprise_project_id=self.enterprise_project or "0",
        )

    def _frame(self) -> dict[str, Any]:
        names = dict(settings.REGIONS)
        projects = self.enterprise_project_names
        return {
            "view": self,
            "page": self.row,
            "principal": self.principal,
            "may": self.may,
            "region": self.principal.region,
            "region_name": names.get(self.principal.region, self.principal.region),
            "regions": [{"id": row_id, "name": name} for row_id, name in settings.REGIONS],
            "enterprise_projects": [{"id": key, "name": name} for key, name in projects.items()],
            "enterprise_project": self.enterprise_project,
            "enterprise_project_name": projects.get(self.enterprise_project, _("All projects")),
            "notices": notices.brief(self.principal),
            "all_services": catalog.SERVICES,
            "currency": settings.CURRENCY,
        }


class MissingView(ConsoleView):
    """Any other address below `/console/`: 404 in the frame."""

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Raise 404."""
        raise Http404


def service_named(code: str) -> catalog.Service:
    """Return the service that a form or an address names; raises 404 for none."""
    if code not in catalog.BY_CODE:
        raise Http404
    return catalog.BY_CODE[code]


def sign_in_first(request: HttpRequest) -> HttpResponseRedirect | None:
    """Return the redirect to sign-in or to a due password change, None where neither is needed."""
    here = urlencode({"next": request.get_full_path()})
    user = request.user
    if not user.is_authenticated:
        return redirect(f"{settings.LOGIN_URL}?{here}")
    if not sessions.session_keep(request.session, user.account.settings, clock.now()):
        auth.logout(request)
        messages.info(request, _("You were signed out because nothing was clicked for a while."))
        return redirect(f"{settings.LOGIN_URL}?{here}")
    if sessions.password_due(user):
        return redirect(f"{reverse('password')}?{here}")
    return None


def explain(error: ApiError) -> str:
    """Return an error as text in the user's language: what happened, what to do, the code."""
    return f"{error.message} {error_help.remedy(error.row)}".strip() + f" ({error.code})"
