"""Security settings of the account: lock-out, sessions, passwords, what users may change themselves, allowed addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import ApiError
from iam import errors, selectors
from iam.services import account_settings, accounts
from portal.console import ConsoleView


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a family of settings; numbers get their published range from `rules.RANGES`."""

    name: str
    title: str | Promise
    unit: str | Promise = ""
    hint: str | Promise = ""


MINUTES, DAYS = gettext_lazy("minutes"), gettext_lazy("days")
FIELDS: dict[str, tuple[Setting, ...]] = {
    "login_policy": (
        Setting("login_failed_times", gettext_lazy("Wrong passwords until a user is locked")),
        Setting(
            "period_with_login_failures", gettext_lazy("Time in which they are counted"), MINUTES
        ),
        Setting("lockout_duration", gettext_lazy("A lock lasts"), MINUTES),
        Setting("session_timeout", gettext_lazy("Sign out without a click after"), MINUTES),
        Setting(
            "account_validity_period", gettext_lazy("Disable users who did not sign in for"),
            DAYS, gettext_lazy("0 = never"),
        ),
        Setting("show_recent_login_info", gettext_lazy("Show the last sign-in after signing in")),
        Setting("custom_info_for_login", gettext_lazy("Words shown after signing in")),
    ),
    "password_policy": (
        Setting("minimum_password_length", gettext_lazy("Least length of a password")),
        Setting(
            "password_char_combination", gettext_lazy("Kinds of characters"), "",
            gettext_lazy("of lower case, upper case, digits, others"),
        ),
        Setting(
            "maximum_consecutive_identical_chars", gettext_lazy("Equal characters in a row"), "",
            gettext_lazy("0 = any number"),
        ),
        Setting(
            "number_of_recent_passwords_disallowed",
            gettext_lazy("Recent passwords that may not come back"),
        ),
        Setting(
            "minimum_password_age", gettext_lazy("Time between two changes"), MINUTES,
            gettext_lazy("0 = none"),
        ),
        Setting(
            "password_validity_period", gettext_lazy("A password is valid for"), DAYS,
            gettext_lazy("0 = for ever"),
        ),
        Setting(
            "password_not_username_or_invert",
            gettext_lazy("Refuse the user name, also backwards"),
        ),
    ),
}  # fmt: skip
OWN = {
    "manage_accesskey": gettext_lazy("their access keys"),
    "manage_password": gettext_lazy("their password"),
    "manage_email": gettext_lazy("their e-mail address"),
    "manage_mobile": gettext_lazy("their telephone number"),
}
READS = {
    "login_policy": "iam:securitypolicies:getLoginPolicy",
    "password_policy": "iam:securitypolicies:getPasswordPolicy",
    "protect_policy": "iam:securitypolicies:getProtectPolicy",
    "console_acl_policy": "iam:securitypolicies:getConsoleAclPolicy",
    "api_acl_policy": "iam:securitypolicies:getApiAclPolicy",
}


class SettingsView(ConsoleView):
    """`/console/iam/settings`: one form for each family of the published security settings."""

    template = "portal/security.html"
    actions = {
        **{f"see_{family}": action for family, action in READS.items()},
        **{family: action.replace(":get", ":update") for family, action in READS.items()},
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return each family that the caller may see, as fields."""
        account = selectors.account(self.principal.account_id)
        values = {
            family: account_settings.family(account, family)
            for family in READS
            if self.may[f"see_{family}"]
        }
        typed = self.request.POST
        return {
            "families": [
                {
                    "name": family,
                    "title": title,
                    "fields": self._fields(family, values[family]),
                    "ability": self.may[family],
                }
                for family, title in (
                    ("login_policy", _("Signing in")),
                    ("password_policy", _("Passwords")),
                )
                if family in values
            ],
            "own": [
                {"name": name, "title": title, "on": values["protect_policy"]["allow_user"][name]}
                for name, title in OWN.items()
            ]
            if "protect_policy" in values
            else [],
            "lists": [
                {
                    "name": name,
                    "title": title,
                    "text": typed.get("addresses", "") if typed.get("family") == name else _lines(values[name]),
                    "ability": self.may[name],
                }
                for name, title in (
                    ("console_acl_policy", _("Addresses that may use the console")),
                    ("api_acl_policy", _("Addresses that may use the API")),
                )
                if name in values
            ],
            "address": self.principal.source_ip,
        }  # fmt: skip

    def _fields(self, family: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        typed = self.request.POST if self.request.POST.get("family") == family else None
        return [
            {
                "row": row,
                "value": _typed(typed, row.name, values[row.name]),
                "kind": _kind(values[row.name]),
                "low": account_settings.RANGES.get(row.name, (0, 0))[0],
                "high": account_settings.RANGES.get(row.name, (0, 0))[1],
            }
            for row in FIELDS[family]
        ]

    def do_save(self) -> None:
        """Change the values of one family that differ from those in force."""
        family = self.request.POST.get("family", "")
        if family not in FIELDS:
            raise ApiError(errors.BAD_PARAMETER, name="family")
        have = account_settings.family(selectors.account(self.principal.account_id), family)
        wanted = {row.name: self._value(row.name, have[row.name]) for row in FIELDS[family]}
        self._update(family, {name: v for name, v in wanted.items() if v != have[name]})

    def do_protect(self) -> None:
        """Set what users may change of their own."""
        self._update(
            "protect_policy", {"allow_user": {name: name in self.request.POST for name in OWN}}
        )

    def do_addresses(self) -> None:
        """Set one access control list: a network or a range a line, none for every address."""
        family = self.request.POST.get("family", "")
        if family not in {"console_acl_policy", "api_acl_policy"}:
            raise ApiError(errors.BAD_PARAMETER, name="family")
        networks, ranges = [], []
        for line in self.request.POST.get("addresses", "").split():
            if "-" in line:
                ranges.append({"ip_range": line, "description": ""})
            else:
                networks.append({"address_netmask": line, "description": ""})
        if not networks and not ranges:
            ranges = list(account_settings.DEFAULTS[family]["allow_ip_ranges"])
        changes = {"allow_address_netmasks": networks, "allow_ip_ranges": ranges}
        for name, value in changes.items():
            account_settings.check_addresses(value, name)
        own = self.principal.source_ip
        if family == "console_acl_policy" and not self.principal.is_owner and not (
            account_settings.address_allowed({family: changes}, family, own)
        ):  # fmt: skip
            raise ApiError(errors.ADDRESS, ip=own)
        self._update(family, changes)

    def _update(self, family: str, changes: dict[str, Any]) -> None:
        self.require(READS[family].replace(":get", ":update"))
        if changes:
            accounts.settings_update(principal=self.principal, family=family, changes=changes)
        self.success(_("The settings are changed and count at once."))

    def _value(self, name: str, have: Any) -> Any:
        """Return the typed value in the type of the one in force; raises 400 for no number."""
        text = self.request.POST.get(name, "")
        if isinstance(have, bool):
            return text == "on"
        if isinstance(have, int):
            if not text.strip().isdecimal():
                raise ApiError(errors.BAD_PARAMETER, name=name)
            return int(text)
        return text.strip()


def _typed(typed: Mapping[str, str] | None, name: str, have: Any) -> Any:
    """Return what was typed into a field that is shown again, else the value in force."""
    if typed is None:
        return have
    return name in typed if isinstance(have, bool) else typed.get(name, have)


def _kind(value: Any) -> str:
    return "switch" if isinstance(value, bool) else "number" if isinstance(value, int) else "text"


def _lines(policy: dict[str, Any]) -> str:
    """Return an access control list as lines; the range of all addresses is no entry."""
    rows = [row["address_netmask"] for row in policy["allow_address_netmasks"]]
    rows += [row["ip_range"] for row in policy["allow_ip_ranges"] if not _is_all(row["ip_range"])]
    return "\n".join(rows)


def _is_all(text: str) -> bool:
    first, last = (ipaddress.ip_address(part) for part in text.split("-"))
    return int(first) == 0 and int(last) == 2**first.max_prefixlen - 1
