"""The view every console page derives from: session to principal, region, permissions, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from billing import selectors as billing_selectors
from core.errors import ApiError
from iam import authn, authz, selectors
from iam.principal import Principal
from ocr import catalog

THEMES = ("system", "light", "dark")
THEME_COOKIE = "oc_theme"


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether the caller may press a button, and the action that decides."""

    action: str
    allowed: bool

    def __bool__(self) -> bool:
        return self.allowed


class Abilities(Mapping[str, Ability]):
    """What templates read as `may.<name>`: each action is asked once, when it is first needed."""

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


def theme_of(request: HttpRequest) -> str:
    """Return the reader's colour scheme: `system`, `light` or `dark`."""
    chosen = request.COOKIES.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


class ConsoleView(View):
    """A page of the console.

    `row` is its row of the navigation; `action` guards the whole page, `actions` names those that its buttons need, `template` draws it.
    A page implements `context()`; a form of it is a method `do_<name>()`, named by the field `do`.
    """

    action = ""
    slug = ""
    row: Any = None
    template = ""
    actions: Mapping[str, str] = {}
    principal: Principal
    may: Abilities
    projects: list[Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Sign in first, keep the chosen region, ask for the page's permission, then answer."""
        if not request.user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
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
            return self.refuse(self.action)
        try:
            return super().dispatch(request, *args, **kwargs)
        except ApiError as error:
            return self.page("portal/problem.html", {"problem": error}, status=error.status)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Draw the page."""
        return self.page(self.template, self.context(**kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the form named by `do`; an error is shown on the page with what was typed."""
        handler: Callable[[], HttpResponse | None] | None = getattr(
            self, f"do_{request.POST.get('do', '')}", None
        )
        if handler is None:
            return HttpResponse(status=400)
        try:
            answer = handler()
        except ApiError as error:
            if error.status == 404:
                raise
            messages.error(request, explain(error))
            return self.page(
                self.template, {**self.context(**kwargs), "typed": request.POST}, status=422
            )
        return answer or self.back()

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page's template shows."""
        return {}

    def require(self, action: str) -> None:
        """Refuse the form unless the caller has `action`; raises 403 naming it."""
        authz.require(self.principal, action)

    def tell(self, text: str) -> None:
        """Show a message of success on the next page."""
        messages.success(self.request, text)

    def back(self, slug: str = "", **query: str) -> HttpResponseRedirect:
        """Go to a page of the console, by default this one with its query."""
        if slug or query:
            target = reverse(f"console:{slug or self.slug}")
            return redirect(f"{target}?{urlencode(query)}" if query else target)
        return redirect(self.request.get_full_path())

    def refuse(self, action: str) -> HttpResponse:
        """Say which permission is missing and who can give it."""
        values = {"missing_action": action, "account": self.principal.account_name}
        return self.page("portal/no_permission.html", values, status=403)

    def page(self, template: str, values: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Draw `template` in the console's frame."""
        return render(self.request, template, {**self._frame(), **values}, status=status)

    @property
    def enterprise_project(self) -> str:
        """Return the id of the enterprise project that the reader looks at, "" for all."""
        return self.request.session.get("enterprise_project", "")

    def _keep_choices(self) -> HttpResponseRedirect | None:
        """Keep `?region=` and `?ep=` in the session and drop them from the address."""
        query: QueryDict = self.request.GET.copy()
        region, project = query.pop("region", None), query.pop("ep", None)
        if self.request.method != "GET" or not (region or project):
            return None
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
        self.projects = list(selectors.main_projects(caller.account_id))
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
        projects = selectors.enterprise_project_names(self.principal.account_id)
        return {
            "view": self,
            "page": self.row,
            "principal": self.principal,
            "may": self.may,
            "theme": theme_of(self.request),
            "region": self.principal.region,
            "region_name": names.get(self.principal.region, self.principal.region),
            "regions": [{"id": row_id, "name": name} for row_id, name in settings.REGIONS],
            "enterprise_projects": [{"id": key, "name": name} for key, name in projects.items()],
            "enterprise_project": self.enterprise_project,
            "enterprise_project_name": projects.get(self.enterprise_project, _("All projects")),
            "notices": notices(self.principal.account_id),
            "all_services": catalog.SERVICES,
            "currency": settings.CURRENCY,
        }


def notices(account_id: str) -> list[dict[str, str]]:
    """Return what the bell shows: the state of the balance and packages that run low."""
    rows = []
    if billing_selectors.account(account_id).arrears != "ok":
        rows.append(
            {
                "text": _("The account is in arrears. Top it up before calls are refused."),
                "page": "billing",
            }
        )
    for row in billing_selectors.packages(account_id, state="active"):
        left = row.left
        if left * 100 <= row.package.granted * row.package.alert_percent_left:
            text = _("The package of %(product)s in %(region)s has %(left)s calls left.") % {
                "product": title_of(row.package.product_id),
                "region": row.package.region,
                "left": left,
            }
            rows.append({"text": text, "page": "packages"})
    return rows[:10]


def title_of(code: str) -> str:
    """Return the name of a product in the reader's language; its code when it is not sold any more."""
    service = catalog.BY_CODE.get(code)
    return str(service.title) if service else code


def explain(error: ApiError) -> str:
    """Write an error for a person: what happened and what to do."""
    return f"{error.message} {error.row.advice}".strip() + f" ({error.code})"
