"""Periodic jobs of billing; each is safe to run twice at the same time."""

from __future__ import annotations

from billing.services import arrears, budgets, packages, renewals, settlement
from core.jobs import PeriodicJob

JOBS = (
    PeriodicJob("billing.settle", 5, settlement.settle_due),
    PeriodicJob("billing.arrears", 60, arrears.refresh_due),
    PeriodicJob("billing.auto-renew", 300, renewals.auto_renew),
    PeriodicJob("billing.expiry-notices", 300, packages.expiry_notices),
    PeriodicJob("billing.holds", 60, budgets.holds_sweep),
)
