"""Subscription Management: subscribers of a service, Everyone, many users or services at once."""

from __future__ import annotations

from collections.abc import Collection
from operator import attrgetter, itemgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import errors
from billing import selectors as billing_selectors
from billing.services import subscriptions
from core.errors import ApiError
from iam import authz, selectors
from ocr import catalog
from portal.console import ConsoleView, service_named
from portal.data_table import Column, Table

STATES = {
    "own": (gettext_lazy("Subscribed"), True),
    "none": (gettext_lazy("Not subscribed"), False),
}


class SubscribersView(ConsoleView):
    """`/console/subscribers?service=`: who is subscribed to one service; Everyone; many at once."""

    template = "portal/subscribers.html"
    operations = {
        "users_on": ("subscribeAISubService", "ai_service", "OCR"),
        "users_off": ("unsubscribeAISubService", "ai_service", "OCR"),
    }

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Find the service first: the action to check contains its name."""
        if "service" not in request.GET:
            if request.user.is_authenticated:
                return redirect("console:subscribers/all")
            return super().dispatch(request, *args, **kwargs)  # signs in first
        self.service = service_named(request.GET.get("service", ""))
        self.action = f"ocr:{self.service.action_name}:getSubscribeUserList"
        name = self.service.action_name
        self.actions = {
            "add": f"ocr:{name}:subscribeAllUsers",
            "remove": f"ocr:{name}:unsubscribeAllUsers",
        }
        return super().dispatch(request, *args, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of users with their state, and how many there are."""
        post, users = self.request.POST, self._users
        return {
            "service": self.service,
            "everyone": self._everyone,
            "own_count": self._counts[1],
            "users": users,
            "found_count": self._found().count() if users.next or users.previous else 0,
            "ticked": set(post.getlist("user")),
            "states": [(key, label) for key, (label, _own) in STATES.items()],
            "state": self.request.GET.get("state", ""),
        }

    @cached_property
    def _counts(self) -> tuple[bool, int]:
        found = billing_selectors.subscriber_counts(
            self.principal.account_id, region=self.principal.region
        )
        return found.get(self.service.code, (False, 0))

    @property
    def _everyone(self) -> bool:
        return self._counts[0]

    @cached_property
    def _users(self) -> Table:
        account, region = self.principal.account_id, self.principal.region
        rows = billing_selectors.users_by_subscription(
            selectors.users(account),
            account_id=account,
            region=region,
            product_code=self.service.code,
        )
        state = self.request.GET.get("state", "")
        if state in STATES:
            rows = rows.filter(subscribed=STATES[state][1])
        columns = (
            Column("user", gettext_lazy("User"), attrgetter("name"), "name", fixed=True),
            Column("id", gettext_lazy("User id"), attrgetter("pk"), hidden=True),
            Column("email", gettext_lazy("E-mail"), attrgetter("email"), "email", hidden=True),
            Column("subscription", gettext_lazy("Subscription"), self._state_of, "subscribed"),
        )
        return self.table("users", columns, rows, sort="user", search=("name", "email", "pk"))

    def _found(self) -> QuerySet[Any]:
        found = self._users.found()
        assert isinstance(found, QuerySet)
        return found

    def _state_of(self, user: Any) -> str:
        return "own" if user.subscribed else "everyone" if self._everyone else "none"

    def do_everyone_on(self) -> None:
        """Subscribe Everyone, future users included."""
        self.require(self.actions["add"])
        self._of_everyone(subscriptions.subscribe)
        self.success(_("Everyone is subscribed, future users included."))

    def do_everyone_off(self) -> None:
        """End the subscription of Everyone."""
        self.require(self.actions["remove"])
        self._of_everyone(subscriptions.unsubscribe)
        self.success(_("The subscription of Everyone has ended."))

    def do_users_on(self) -> None:
        """Subscribe the ticked users."""
        self.require(self.actions["add"])
        self.success(_("Subscribed users: %(n)s") % {"n": self._set(wanted=True)})

    def do_users_off(self) -> None:
        """Unsubscribe the ticked users."""
        self.require(self.actions["remove"])
        self.success(_("Unsubscribed users: %(n)s") % {"n": self._set(wanted=False)})

    def _of_everyone(self, change: Any) -> None:
        change(principal=self.principal, product_code=self.service.code, everyone=True)

    def _set(self, *, wanted: bool) -> int:
        chosen = self._chosen()
        if not chosen:
            raise ApiError(errors.INVALID, reason="no user is chosen")
        return subscriptions.users_set(
            principal=self.principal,
            product_code=self.service.code,
            user_ids=chosen,
            wanted=wanted,
        )

    def _chosen(self) -> Collection[str]:
        """Return the ids of the ticked users, or of all that the search leaves on any page."""
        if self.request.POST.get("all"):
            return list(self._found().values_list("pk", flat=True))
        return self.request.POST.getlist("user")


SERVICE_COLUMNS = (
    Column("service", gettext_lazy("Service"), itemgetter("title"), "title", fixed=True),
    Column("code", gettext_lazy("Service code"), itemgetter("code"), "code", hidden=True),
    Column("everyone", gettext_lazy("Everyone"), itemgetter("everyone"), "everyone"),
    Column("users", gettext_lazy("Users"), itemgetter("users"), "users", number=True),
)


class BulkSubscribersView(ConsoleView):
    """`/console/subscribers/all`: Everyone and single users, for many services at once."""

    template = "portal/subscribers_all.html"
    operations = {
        "subscribe": ("subscribeAISubService", "ai_service", "OCR"),
        "unsubscribe": ("unsubscribeAISubService", "ai_service", "OCR"),
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the services that the caller may manage, with who is subscribed."""
        account = self.principal.account_id
        counts = billing_selectors.subscriber_counts(account, region=self.principal.region)
        rows = []
        for service in catalog.SERVICES:
            everyone, own = counts.get(service.code, (False, 0))
            rows.append(
                {
                    "code": service.code,
                    "title": str(service.title),
                    "everyone": everyone,
                    "users": own,
                    "may": authz.may(self.principal, f"ocr:{service.action_name}:subscribeAllUsers")
                    and authz.may(self.principal, f"ocr:{service.action_name}:unsubscribeAllUsers"),
                }
            )
        return {
            "services": self.table(
                "services", SERVICE_COLUMNS, rows, key="code", search=("service", "code")
            ),
            "who": self.choice("who"),
            "ticked": set(self.request.POST.getlist("service")),
        }

    def choosable(self) -> dict[str, QuerySet[Any]]:
        """Return the users a subscription may be for; none for a caller who may not change subscriptions."""
        users = selectors.users(self.principal.account_id)
        may = (
            authz.may(self.principal, f"ocr:{service.action_name}:{verb}AllUsers")
            for service in catalog.SERVICES
            for verb in ("subscribe", "unsubscribe")
        )
        return {"who": users if any(may) else users.none()}

    def do_subscribe(self) -> None:
        """Subscribe Everyone or a user to the ticked services, all or none."""
        self.success(_("Subscriptions made: %(n)s") % {"n": self._change(wanted=True)})

    def do_unsubscribe(self) -> None:
        """End the subscriptions of Everyone or a user to the ticked services, all or none."""
        self.success(_("Subscriptions ended: %(n)s") % {"n": self._change(wanted=False)})

    def _change(self, *, wanted: bool) -> int:
        post = self.request.POST
        chosen = [service_named(code) for code in post.getlist("service")]
        if not chosen:
            raise ApiError(errors.INVALID, reason="no service is chosen")
        verb = "subscribe" if wanted else "unsubscribe"
        for service in chosen:
            self.require(f"ocr:{service.action_name}:{verb}AllUsers")
        change = subscriptions.subscribe if wanted else subscriptions.unsubscribe
        who = next(iter(self.chosen("who")), "*")
        with transaction.atomic():
            return sum(
                change(
                    principal=self.principal,
                    product_code=service.code,
                    user_id=None if who == "*" else who,
                    everyone=who == "*",
                )
                for service in chosen
            )
