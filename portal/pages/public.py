"""Pages without the frame: home, sign-in, sign-out, language and appearance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from core import clock
from core.errors import ApiError
from iam import authn, errors, selectors
from iam.addresses import client_ip
from iam.services import account_settings, logins, sessions, users
from portal.console import THEME_COOKIE, THEMES, explain

YEAR_S = 365 * 24 * 3600


def next_of(request: HttpRequest, default: str) -> str:
    """Return the address to go on to, if it lies on this host."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else default


class HomeView(View):
    """`/console`: the console for a signed-in user, else the sign-in page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect."""
        return redirect("console:overview" if request.user.is_authenticated else "login")


class LoginView(View):
    """`/login`: account, user name, password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or go on if signed in."""
        if request.user.is_authenticated:
            return redirect(next_of(request, "/console/overview"))
        return self._form(request, {"account": request.GET.get("account", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign in, or say why not; what was typed stays, the password does not."""
        names = {key: request.POST.get(key, "").strip() for key in ("account", "username")}
        password = request.POST.get("password", "")
        if not (all(names.values()) and password):
            return self._form(
                request, names, _("Fill in the account name, the user name and the password."), 422
            )
        try:
            user = logins.console_login(
                account=names["account"],
                name=names["username"],
                password=password,
                address=client_ip(request),
                passcode=request.POST.get("passcode", "").strip(),
            )
        except ApiError as error:
            needs_code = error.row is errors.PASSCODE
            return self._form(
                request, names, self._reason(error), error.status, needs_code=needs_code
            )
        before = user.last_login
        auth.login(request, user, backend="iam.backends.ConsoleBackend")
        sessions.session_begin(request.session, user, clock.now())
        self._greet(request, user, before)
        return redirect(next_of(request, "/console/overview"))

    def _greet(self, request: HttpRequest, user: Any, before: dt.datetime | None) -> None:
        """Show the account's sign-in notice and the last sign-in, as its settings require."""
        policy = account_settings.family(user.account, "login_policy")
        if policy["custom_info_for_login"]:
            messages.info(request, policy["custom_info_for_login"])
        if policy["show_recent_login_info"] and before is not None:
            text = _("Your last sign-in was at %(time)s UTC.")
            messages.info(request, text % {"time": f"{before:%Y-%m-%d %H:%M}"})

    def _reason(self, error: ApiError) -> str:
        if error.row is errors.LOCKED:
            return _(
                "Too many wrong passwords: this user is locked for 15 minutes. "
                "An administrator of the account can unlock it."
            )
        if error.row is errors.PROGRAMMATIC_ONLY:
            return _("This user has programmatic access only and cannot use the console.")
        if error.row is errors.PASSCODE:
            return _("Enter the six digits that your authenticator shows now.")
        if error.row is errors.ADDRESS or error.row is errors.THROTTLED:
            return error.message
        return _("Account name, user name or password is wrong.")

    def _form(
        self,
        request: HttpRequest,
        values: dict[str, str],
        error: str = "",
        status: int = 200,
        *,
        needs_code: bool = False,
    ) -> HttpResponse:
        shown: dict[str, Any] = {
            "values": values,
            "error": error,
            "needs_code": needs_code,
            "next": next_of(request, ""),
        }
        return render(request, "portal/login.html", shown, status=status)


class PasswordView(View):
    """`/password`: change of a password that an administrator set or that has expired."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Require a session."""
        if not request.user.is_authenticated:
            return redirect("login")
        if not sessions.session_keep(request.session, request.user.account.settings, clock.now()):
            auth.logout(request)
            return redirect("login")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or go on if no change is due."""
        if not sessions.password_due(request.user):  # type: ignore[arg-type]
            return redirect(next_of(request, "/console/overview"))
        return self._form(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the password and go on in this session; every other one ends."""
        password = request.POST.get("password", "")
        if password != request.POST.get("again", ""):
            return self._form(request, _("The two new passwords differ."), 422)
        principal = authn.principal_of_page(request)
        try:
            user = users.password_change(
                principal=principal,
                user=selectors.user(principal.account_id, principal.user_id),
                original_password=request.POST.get("original", ""),
                password=password,
            )
        except ApiError as error:
            return self._form(request, explain(error), error.status)
        auth.update_session_auth_hash(request, user)
        messages.success(request, _("The password is changed."))
        return redirect(next_of(request, "/console/overview"))

    def _form(self, request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
        user: Any = request.user
        shown = {
            "error": error,
            "next": next_of(request, ""),
            "user": user,
            "rules": account_settings.family(user.account, "password_policy"),
            "expired": account_settings.password_expired(user),
        }
        return render(request, "portal/password.html", shown, status=status)


class LogoutView(View):
    """`/logout`: ends the session; only by a form, so that no link can do it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Sign out."""
        auth.logout(request)
        return redirect("login")


class PreferencesView(View):
    """`/preferences`: keeps language and appearance in cookies."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set what was chosen and go back."""
        answer = redirect(next_of(request, "/"))
        secure = settings.SESSION_COOKIE_SECURE
        language, theme = request.POST.get("language"), request.POST.get("theme")
        if language in dict(settings.LANGUAGES):
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=YEAR_S,
                samesite="Lax",
                secure=secure,
            )
        if theme in THEMES:
            answer.set_cookie(
                THEME_COOKIE, theme, max_age=YEAR_S, samesite="Lax", secure=secure, httponly=True
            )
        return answer
