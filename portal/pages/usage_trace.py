"""Usage trace: from a bill line down to request ids, from a request id up to its bill line."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from billing import selectors
from iam import selectors as iam_selectors
from monitoring import statistics
from portal import form_parsing
from portal.console import ConsoleView, title_of

PAGE = 100


class UsageTraceView(ConsoleView):
    """`/console/billing/trace?request=` up, `?line=` and `?charge=` or `?deduction=` down."""

    template = "portal/usage_trace.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the chain of the unit, line or part that the address names."""
        account, query = self.principal.account_id, self.request.GET
        found: dict[str, Any] = {
            "request_id": query.get("request", "").strip(),
            "users": iam_selectors.user_names(account),
            "names": iam_selectors.enterprise_project_names(account),
            "offset": form_parsing.whole(query.get("offset")) or 0,
        }
        if found["request_id"]:
            found |= self._up(found["request_id"])
        if "line" in query:
            found |= self._down(found["offset"])
        return found

    def _up(self, request_id: str) -> dict[str, Any]:
        account = self.principal.account_id
        unit = selectors.usage_trace(account, request_id=request_id)
        return {
            "unit": unit,
            "call": statistics.call_detail(account, request_id),
            "unit_title": title_of(unit.product) if unit else "",
        }

    def _down(self, offset: int) -> dict[str, Any]:
        account, query = self.principal.account_id, self.request.GET
        line = selectors.line_get(account, line_id=form_parsing.whole(query.get("line")) or 0)
        if line is None:
            raise Http404
        found: dict[str, Any] = {
            "line": line,
            "line_title": title_of(line.product_id),
            "part": "",
        }
        charge, deduction = (
            form_parsing.whole(query.get(name)) for name in ("charge", "deduction")
        )
        if charge is not None:
            found |= {
                "part": "charge",
                "part_id": charge,
                "part_name": _("Charge %(id)s") % {"id": charge},
                "rows": selectors.charge_calls(
                    account, tier_charge_id=charge, offset=offset, limit=PAGE + 1
                ),
            }
        elif deduction is not None:
            found |= {
                "part": "deduction",
                "part_id": deduction,
                "part_name": _("Deduction %(id)s") % {"id": deduction},
                "rows": selectors.deduction_calls(
                    account, allocation_id=deduction, offset=offset, limit=PAGE + 1
                ),
            }
        else:
            found["rows"] = selectors.line_parts(
                account, line_id=line.pk, offset=offset, limit=PAGE + 1
            )
        more = len(found["rows"]) > PAGE
        found["rows"] = found["rows"][:PAGE]
        found["next"] = offset + PAGE if more else None
        found["previous"] = max(offset - PAGE, 0) if offset else None
        return found
