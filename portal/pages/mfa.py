"""The user's own second factor: a TOTP device, bound by its first valid code."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core import clock, crypto
from core.errors import ApiError
from iam import errors, selectors
from iam.services import logins
from portal.console import ConsoleView

_WAITING = "device_secret"  # encrypted, in the session, until the first code proves it


class DeviceView(ConsoleView):
    """`/console/credentials/device`: every user may bind and unbind their own device."""

    template = "portal/mfa.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Render the page without caching: it may show a secret."""
        answer = super().get(request, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return whether a device is bound and, while one is being bound, its code to scan."""
        user = self._me()
        sealed = self.request.session.get(_WAITING, "")
        if user.totp_secret_encrypted or not sealed:
            return {"bound": bool(user.totp_secret_encrypted)}
        secret = crypto.decrypt(sealed)
        uri = logins.totp_uri(user=user, secret=secret)
        image = segno.make(uri, error="m").svg_data_uri(scale=6, border=4, light="#fff")
        groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
        return {"bound": False, "image": image, "secret": groups}

    def do_begin(self) -> None:
        """Generate a secret; nothing is bound yet."""
        secret, _uri = logins.totp_begin(user=self._me())
        self.request.session[_WAITING] = crypto.encrypt(secret)

    def do_cancel(self) -> None:
        """Discard the secret that was not bound."""
        self.request.session.pop(_WAITING, None)

    def do_bind(self) -> None:
        """Bind the device if the code is valid."""
        sealed = self.request.session.get(_WAITING, "")
        if not sealed:
            raise ApiError(errors.BAD_PARAMETER, name="passcode")
        logins.totp_enable(
            principal=self.principal, user=self._me(), secret=crypto.decrypt(sealed),
            passcode=self._code(),
        )  # fmt: skip
        del self.request.session[_WAITING]
        self.request.session["mfa_at"] = clock.now().timestamp()
        self.success(_("The device is bound. From now on signing in needs its code."))

    def do_forget(self) -> None:
        """Unbind the device; a valid code proves that the caller has it."""
        logins.totp_forget(principal=self.principal, user=self._me(), passcode=self._code())
        self.request.session.pop("mfa_at", None)
        self.success(_("The device is forgotten: the password is enough to sign in."))

    def _code(self) -> str:
        return "".join(self.request.POST.get("passcode", "").split())

    def _me(self) -> Any:
        return selectors.user(self.principal.account_id, self.principal.user_id)
