"""`/api/v1`: orders and packages."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import actions, selectors
from billing.api import serializers as shapes
from billing.api.base import BillingView, checked, page_of
from billing.services import orders, packages, renewals
from iam import authz

PAGE = [OpenApiParameter("offset", int), OpenApiParameter("limit", int)]
NARROW = [OpenApiParameter(name, str) for name in ("region", "product", "state")]


class OrderListView(BillingView):
    """The account's orders; buy."""

    traces = {"post": ("createOrder", "order", "BSS")}

    handler_actions = {"post": (actions.ORDER_PAY,)}  # where the order is to be paid at once
    actions = {"get": actions.ORDER_VIEW, "post": actions.ORDER_CREATE}

    @extend_schema(parameters=PAGE, responses=shapes.OrderOut(many=True), tags=["orders"])
    def get(self, request: Request) -> Response:
        """List orders, newest first."""
        offset, limit = page_of(request)
        rows = selectors.orders(self.principal(request).account_id)[offset : offset + limit]
        return Response(shapes.OrderOut(rows, many=True).data)

    @extend_schema(request=shapes.OrderIn, responses={201: shapes.OrderOut}, tags=["orders"])
    def post(self, request: Request) -> Response:
        """Place an order for packages and, with `pay`, pay it from the balance."""
        caller = self.principal(request)
        wanted = checked(shapes.OrderIn, request)
        if wanted["pay"]:
            authz.require(caller, actions.ORDER_PAY)
        act = orders.buy if wanted["pay"] else orders.place
        order = act(
            principal=caller,
            region=wanted["region"],
            product_code=wanted["product"],
            plan_code=wanted["plan"],
            quantity=wanted["quantity"],
            starts_on=wanted["starts_on"],
            enterprise_project_id=wanted["enterprise_project_id"],
            auto_renew=wanted["auto_renew"],
            idempotency_key=wanted["idempotency_key"],
        )
        return Response(shapes.OrderOut(order).data, status=201)


class OrderView(BillingView):
    """One order."""

    action_name = actions.ORDER_VIEW

    @extend_schema(responses=shapes.OrderOut, tags=["orders"])
    def get(self, request: Request, number: str) -> Response:
        """Return the order."""
        order = orders.get(account_id=self.principal(request).account_id, number=number)
        return Response(shapes.OrderOut(order).data)


class OrderPayView(BillingView):
    """Pay an order."""

    traces = {"post": ("payOrder", "order", "BSS")}

    action_name = actions.ORDER_PAY

    @extend_schema(request=None, responses=shapes.OrderOut, tags=["orders"])
    def post(self, request: Request, number: str) -> Response:
        """Pay from the balance; paying again changes nothing."""
        order = orders.pay(principal=self.principal(request), number=number)
        return Response(shapes.OrderOut(order).data)


class OrderCancelView(BillingView):
    """Cancel an order."""

    traces = {"post": ("cancelOrder", "order", "BSS")}

    action_name = actions.ORDER_CANCEL

    @extend_schema(request=None, responses=shapes.OrderOut, tags=["orders"])
    def post(self, request: Request, number: str) -> Response:
        """Cancel an order that is not paid."""
        order = orders.cancel(principal=self.principal(request), number=number)
        return Response(shapes.OrderOut(order).data)


class PackageListView(BillingView):
    """Package Management."""

    action_name = actions.PACKAGE_VIEW

    @extend_schema(parameters=NARROW, responses=shapes.PackageOut(many=True), tags=["packages"])
    def get(self, request: Request) -> Response:
        """List packages, newest first."""
        rows = selectors.packages(
            self.principal(request).account_id,
            region=request.query_params.get("region", ""),
            product=request.query_params.get("product", ""),
            state=request.query_params.get("state", ""),
        )
        return Response(shapes.PackageOut(rows, many=True).data)


class PackageView(BillingView):
    """One package."""

    traces = {"patch": ("updatePackage", "package", "BSS")}

    actions = {"get": actions.PACKAGE_VIEW, "patch": actions.PACKAGE_UPDATE}

    @extend_schema(responses=shapes.PackageOut, tags=["packages"])
    def get(self, request: Request, package_id: int) -> Response:
        """Return the package."""
        return self._answer(self.principal(request).account_id, package_id)

    @extend_schema(request=shapes.PackageIn, responses=shapes.PackageOut, tags=["packages"])
    def patch(self, request: Request, package_id: int) -> Response:
        """Turn auto-renewal on or off; set at which share left an alert is sent."""
        account_id = self.principal(request).account_id
        wanted = checked(shapes.PackageIn, request)
        packages.get(account_id=account_id, package_id=package_id)
        if "auto_renew" in wanted:
            packages.auto_renew_set(
                account_id=account_id, package_id=package_id, enabled=wanted["auto_renew"]
            )
        if "alert_percent_left" in wanted:
            packages.alert_set(
                account_id=account_id,
                package_id=package_id,
                percent_left=wanted["alert_percent_left"],
            )
        return self._answer(account_id, package_id)

    def _answer(self, account_id: str, package_id: int) -> Response:
        package = packages.get(account_id=account_id, package_id=package_id)
        state = selectors.package_state(package, now=timezone.now())
        return Response(shapes.PackageOut(selectors.PackageRow(package, state)).data)


class PackageHistoryView(BillingView):
    """Usage history of a package."""

    action_name = actions.PACKAGE_VIEW

    @extend_schema(parameters=PAGE, responses=shapes.DeductionOut(many=True), tags=["packages"])
    def get(self, request: Request, package_id: int) -> Response:
        """List deductions, newest first."""
        account_id = self.principal(request).account_id
        packages.get(account_id=account_id, package_id=package_id)
        offset, limit = page_of(request)
        rows = selectors.package_history(account_id, package_id=package_id)
        return Response(shapes.DeductionOut(rows[offset : offset + limit], many=True).data)


class PackageRenewView(BillingView):
    """Renew a package."""

    traces = {"post": ("renewPackage", "package", "BSS")}

    action_name = actions.PACKAGE_UPDATE
    handler_actions = {"post": (actions.ORDER_PAY,)}

    @extend_schema(request=None, responses={201: shapes.OrderOut}, tags=["packages"])
    def post(self, request: Request, package_id: int) -> Response:
        """Buy the same plan again, in force when the package ends."""
        caller = self.principal(request)
        authz.require(caller, actions.ORDER_PAY)
        order = renewals.renew(principal=caller, package_id=package_id)
        return Response(shapes.OrderOut(order).data, status=201)


class PackageUnsubscribeView(BillingView):
    """Unsubscribe from a package."""

    traces = {"post": ("unsubscribePackage", "package", "BSS")}

    action_name = actions.PACKAGE_UNSUBSCRIBE

    @extend_schema(request=None, responses=shapes.OrderOut, tags=["packages"])
    def post(self, request: Request, package_id: int) -> Response:
        """End the package and refund the unused share to the balance."""
        order = renewals.unsubscribe(principal=self.principal(request), package_id=package_id)
        return Response(shapes.OrderOut(order).data)
