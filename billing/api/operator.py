"""`/api/v1/operator`: money and packages for accounts, by the operator of the installation."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import errors
from billing.api import serializers as shapes
from billing.api.base import BillingView, checked
from billing.burndown import PROMOTIONAL
from billing.pricing import PriceTable, Tier
from billing.services import arrears, packages, products, top_ups
from core import clock
from core.errors import ApiError
from iam import selectors as iam_selectors
from iam.principal import Principal


class OperatorView(BillingView):
    """A view for operators only; a policy of a tenant cannot open it."""

    action_name = None

    def operator(self, request: Request) -> Principal:
        """Return the caller, or raise 403 unless it is an operator."""
        caller = self.principal(request)
        if not caller.is_operator:
            raise ApiError(errors.DENIED, action="operator")
        return caller


class TopUpView(OperatorView):
    """Top up an account."""

    traces = {"post": ("topUp", "balance", "BSS")}

    @extend_schema(request=shapes.TopUpIn, responses=shapes.LedgerOut, tags=["operator"])
    def post(self, request: Request) -> Response:
        """Add money; the same reference again adds nothing."""
        caller = self.operator(request)
        wanted = checked(shapes.TopUpIn, request)
        account = iam_selectors.account(wanted["account_id"])
        entry = top_ups.top_up(
            principal=caller,
            account_id=account.pk,
            amount=wanted["amount"],
            reference=wanted["reference"],
        )
        return Response(shapes.LedgerOut(entry).data)


class AdjustmentView(OperatorView):
    """Correct an account's balance."""

    traces = {"post": ("adjustBalance", "balance", "BSS")}

    @extend_schema(request=shapes.TopUpIn, responses=shapes.LedgerOut, tags=["operator"])
    def post(self, request: Request) -> Response:
        """Add a signed entry; the ledger itself is never changed."""
        caller = self.operator(request)
        wanted = checked(shapes.TopUpIn, request)
        account = iam_selectors.account(wanted["account_id"])
        entry = top_ups.adjust(
            principal=caller,
            account_id=account.pk,
            amount=wanted["amount"],
            reference=wanted["reference"],
        )
        return Response(shapes.LedgerOut(entry).data)


class VoucherCreateView(OperatorView):
    """Make a voucher."""

    traces = {"post": ("createVoucher", "voucher", "BSS")}

    @extend_schema(
        request=shapes.VoucherNewIn, responses={201: shapes.VoucherNewOut}, tags=["operator"]
    )
    def post(self, request: Request) -> Response:
        """Return the code; it is shown once."""
        caller = self.operator(request)
        wanted = checked(shapes.VoucherNewIn, request)
        if wanted["expires_at"] <= clock.now():
            raise ApiError(errors.INVALID, reason="expires_at")
        voucher, code = top_ups.voucher_create(
            principal=caller, amount=wanted["amount"], expires_at=wanted["expires_at"]
        )
        return Response({"id": voucher.pk, "code": code}, status=201)


class GrantView(OperatorView):
    """Give a promotional package."""

    traces = {"post": ("grantPackage", "package", "BSS")}

    @extend_schema(request=shapes.GrantIn, responses={201: shapes.PackageOut}, tags=["operator"])
    def post(self, request: Request) -> Response:
        """Grant quota without money."""
        self.operator(request)
        wanted = checked(shapes.GrantIn, request)
        package = packages.grant(
            account_id=iam_selectors.account(wanted["account_id"]).pk,
            region=wanted["region"],
            product_code=wanted["product"],
            calls=wanted["calls"],
            months=wanted["months"],
            enterprise_project_id=wanted["enterprise_project_id"],
            source=PROMOTIONAL,
            grant_key=wanted["key"],
        )
        return Response({"id": package.pk, "granted": package.granted}, status=201)


class AccountBillingView(OperatorView):
    """Change an account's billing."""

    traces = {"post": ("updateAccountBilling", "account", "BSS")}

    @extend_schema(request=shapes.AccountChangeIn, responses=shapes.BalanceOut, tags=["operator"])
    def post(self, request: Request) -> Response:
        """Give an unlimited balance (internal chargeback), or take it away."""
        self.operator(request)
        wanted = checked(shapes.AccountChangeIn, request)
        account = arrears.unlimited_set(
            account_id=iam_selectors.account(wanted["account_id"]).pk,
            unlimited=wanted["unlimited"],
        )
        return Response(shapes.BalanceOut(account).data)


class PriceView(OperatorView):
    """Set the price of a product."""

    traces = {"post": ("setPrice", "price", "BSS")}

    @extend_schema(
        request=shapes.PriceIn, responses={201: shapes.PriceVersionOut}, tags=["operator"]
    )
    def post(self, request: Request) -> Response:
        """Add a price version; what was billed before it takes effect stays as it is."""
        caller = self.operator(request)
        wanted = checked(shapes.PriceIn, request)
        try:
            table = PriceTable(
                tuple(Tier(row["above"], row["unit_price"]) for row in wanted["tiers"]),
                wanted["free_calls"],
            )
            version = products.price_change(
                principal=caller,
                product_code=wanted["product"],
                region=wanted["region"],
                table=table,
                effective_from=wanted["effective_from"],
            )
        except ValueError as error:
            raise ApiError(errors.INVALID, reason=str(error)) from error
        return Response(shapes.PriceVersionOut(version).data, status=201)
