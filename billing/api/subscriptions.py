"""`/api/v1`: subscriptions, prices and the calculator."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import actions, errors, selectors
from billing.api import serializers as shapes
from billing.api.base import BillingView, checked
from billing.services import subscriptions
from billing.services.products import PRODUCTS
from core.errors import ApiError
from iam import authz
from iam.principal import Principal

REGION = OpenApiParameter("region", str, required=True)


class SubscriptionListView(BillingView):
    """The caller's subscriptions in a region; subscribe."""

    traces = {
        "post": ("subscribeAISubService", "ai_service", "OCR"),
        "delete": ("unsubscribeAISubService", "ai_service", "OCR"),
    }

    # The action depends on the product: `<prefix>:subscribe` or `…:subscribeAllUsers`.
    actions = {"get": None, "post": None, "delete": None}

    @staticmethod
    def handler_actions() -> dict[str, tuple[str, ...]]:  # type: ignore[override]
        """Return the actions of every product, which are registered when the server starts."""
        return {
            "post": _of_products("subscribe", "subscribeAllUsers"),
            "delete": _of_products("unsubscribe", "unsubscribeAllUsers"),
        }

    @extend_schema(
        parameters=[REGION], responses=shapes.SubscriptionOut(many=True), tags=["subscriptions"]
    )
    def get(self, request: Request) -> Response:
        """List every product with its state for the calling user."""
        caller = self.principal(request)
        region = request.query_params.get("region") or caller.region
        states = selectors.subscription_state(
            caller.account_id, region=region, user_id=caller.user_id
        )
        nothing = selectors.SubscriptionState(own=False, everyone=False)
        rows = [
            {"product": product.code, "own": state.own, "everyone": state.everyone,
             "subscribed": state.subscribed}
            for product in selectors.products()
            for state in [states.get(product.code, nothing)]
        ]  # fmt: skip
        return Response(shapes.SubscriptionOut(rows, many=True).data)

    @extend_schema(request=shapes.SubscribeIn, responses=shapes.ChangedOut, tags=["subscriptions"])
    def post(self, request: Request) -> Response:
        """Subscribe the caller, another user or Everyone."""
        return self._change(request, verb="subscribe")

    @extend_schema(request=shapes.SubscribeIn, responses=shapes.ChangedOut, tags=["subscriptions"])
    def delete(self, request: Request) -> Response:
        """End a subscription of the caller, of another user or of Everyone."""
        return self._change(request, verb="unsubscribe")

    def _change(self, request: Request, *, verb: str) -> Response:
        caller = self.principal(request)
        wanted = checked(shapes.SubscribeIn, request)
        for_others = wanted["everyone"] or wanted.get("user_id", caller.user_id) != caller.user_id
        _require(caller, wanted["product"], f"{verb}AllUsers" if for_others else verb)
        if wanted["region"] not in dict(settings.REGIONS):
            raise ApiError(errors.INVALID, reason="region")
        change = getattr(subscriptions, verb)
        done = change(
            principal=caller,
            product_code=wanted["product"],
            region=wanted["region"],
            user_id=wanted.get("user_id"),
            everyone=wanted["everyone"],
        )
        return Response({"changed": done})


class SubscriberListView(BillingView):
    """Subscription Management: who is subscribed to a product in a region."""

    actions = {"get": None}

    @staticmethod
    def handler_actions() -> dict[str, tuple[str, ...]]:  # type: ignore[override]
        """Return the action of every product, which are registered when the server starts."""
        return {"get": _of_products("getSubscribeUserList")}

    @extend_schema(responses=shapes.SubscribersOut, tags=["subscriptions"])
    def get(self, request: Request, region: str, product: str) -> Response:
        """List the users, and whether Everyone is subscribed."""
        caller = self.principal(request)
        _require(caller, product, "getSubscribeUserList")
        everyone, users = selectors.subscribers(
            caller.account_id, region=region, product_code=product
        )
        rows = [{"id": user_id, "name": name} for user_id, name in users]
        return Response({"everyone": everyone, "users": rows})


class PriceListView(BillingView):
    """Prices and packages on sale in a region."""

    action_name = actions.PRICE_VIEW

    @extend_schema(parameters=[REGION], responses=shapes.PriceOut(many=True), tags=["prices"])
    def get(self, request: Request) -> Response:
        """List price tables and packages by product."""
        region = request.query_params.get("region") or self.principal(request).region
        rows = []
        for product in selectors.products():
            table = selectors.price_in_force(product=product.code, region=region)
            rows.append(
                {
                    "product": product.code,
                    "title": product.title,
                    "region": region,
                    "currency": settings.CURRENCY,
                    "free_calls": table.free_calls,
                    "tiers": table.tiers,
                    "plans": selectors.plans(product=product.code, region=region),
                }
            )
        return Response(shapes.PriceOut(rows, many=True).data)


class QuoteView(BillingView):
    """The price calculator."""

    action_name = actions.PRICE_VIEW

    @extend_schema(request=shapes.QuoteIn, responses=shapes.QuoteOut, tags=["prices"])
    def post(self, request: Request) -> Response:
        """Return what a number of calls in a month costs, pay-per-use and with packages."""
        wanted = checked(shapes.QuoteIn, request)
        try:
            found = selectors.quote(
                product=wanted["product"], region=wanted["region"], calls=wanted["calls"]
            )
        except LookupError as error:
            raise ApiError(errors.NOT_FOUND, kind="service") from error
        body = {
            "currency": found.currency,
            "pay_per_use": found.pay_per_use,
            "lines": found.lines,
            "packages": [{"plan": plan, "count": count} for plan, count in found.best.counts],
            "packages_amount": found.best.packages_amount,
            "rest_calls": found.best.rest_calls,
            "rest_amount": found.best.rest_amount,
            "best_total": found.best.total,
        }
        return Response(shapes.QuoteOut(body).data)


def _of_products(*verbs: str) -> tuple[str, ...]:
    return tuple(f"{row.action_prefix}:{verb}" for row in PRODUCTS for verb in verbs)


def _require(caller: Principal, product: str, verb: str) -> None:
    row = PRODUCTS.find(product)
    if row is None:
        raise ApiError(errors.NOT_FOUND, kind="service")
    authz.require(caller, f"{row.action_prefix}:{verb}")
