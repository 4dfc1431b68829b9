"""Write the rows that come with the installation: regions, system policies, projects of accounts."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from iam import system_policies
from iam.models import Account, Policy, Region
from iam.services import cache_versions
from iam.services.accounts import account_complete


def sync() -> None:
    """Write regions and system policies and complete every account; safe to run at every start."""
    with transaction.atomic():
        _regions()
        changed = _policies()
        for account in Account.objects.all().iterator():
            account_complete(account)
            if changed:
                cache_versions.bump(account.id)


def _regions() -> None:
    for position, (region_id, name) in enumerate(settings.REGIONS):
        Region.objects.update_or_create(
            pk=region_id, defaults={"name": name, "position": position, "enabled": True}
        )
    Region.objects.exclude(pk__in=[row[0] for row in settings.REGIONS]).update(enabled=False)


def _policies() -> bool:
    """Write the table of system policies; return whether a document changed."""
    changed = False
    for row in system_policies.ROWS:
        before = Policy.objects.filter(pk=row.id).first()
        changed |= before is not None and before.document != row.document
        Policy.objects.update_or_create(
            pk=row.id,
            defaults={
                "account": None,
                "name": row.name,
                "display_name": row.display_name,
                "type": row.type,
                "catalog": row.catalog,
                "description": row.description,
                "description_cn": row.description_cn,
                "document": row.document,
            },
        )
    return changed
