"""Create, change, enable, disable and delete enterprise projects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from core.errors import ApiError
from core.registry import Registry
from iam import errors
from iam.models import EnterpriseProject
from iam.principal import Principal
from iam.services import audit, cache_versions

QUOTA = 100
_NAME = re.compile(r"[A-Za-z0-9_\-\u3400-\u9fff]{1,255}")


@dataclass(frozen=True, slots=True)
class Usage:
    """What an app keeps in enterprise projects, for the list of services and resources.

    `resources(account_id, public_id)` returns dicts with resource_id, resource_name, project_id,
    project_name.
    """

    name: str
    title: str
    resource_type: str
    resources: Callable[[str, str], list[dict[str, Any]]]


USAGES: Registry[Usage] = Registry("enterprise project usages", key=lambda usage: usage.name)


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name.lower() == "default":
        raise ApiError(errors.EPS_NAME)
    return name


def _checked_description(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 512:
        raise ApiError(errors.EPS_DESCRIPTION)
    return text


def _checked_type(value: Any) -> str:
    if value not in {"prod", "poc"}:
        raise ApiError(errors.EPS_PARAMETER, name="type")
    return str(value)


def _save(project: EnterpriseProject) -> None:
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        raise ApiError(errors.EPS_EXISTS) from error


def enterprise_project_create(
    *, principal: Principal, name: Any, description: Any = "", type: Any = "prod"
) -> EnterpriseProject:
    """Return a new enterprise project; raises EPS.0007, .0008, .0009 or 409 EPS.0010."""
    with audit.operation(
        principal, "createEnterpriseProject", resource_type="enterpriseProject",
        service_type="EPS", resource_name=str(name),
        request={"name": name, "description": description, "type": type},
    ) as running:  # fmt: skip
        project = EnterpriseProject(
            account_id=principal.account_id,
            name=_checked_name(name),
            description=_checked_description(description),
            type=_checked_type(type),
        )
        own = EnterpriseProject.objects.filter(account_id=principal.account_id)
        if own.exclude(public_id="0").count() >= QUOTA:
            raise ApiError(errors.EPS_QUOTA)
        _save(project)
        running.about(project.public_id, project.name)
        running.enterprise_project_id = project.public_id
    return project


def enterprise_project_update(
    *,
    principal: Principal,
    project: EnterpriseProject,
    name: Any = None,
    description: Any = None,
    type: Any = None,
) -> EnterpriseProject:
    """Rename or describe an enabled enterprise project that is not the default one."""
    with audit.operation(
        principal, "updateEnterpriseProject", resource_type="enterpriseProject",
        service_type="EPS", resource_id=project.public_id, resource_name=project.name,
        request={"name": name, "description": description, "type": type},
    ) as running:  # fmt: skip
        running.enterprise_project_id = project.public_id
        if project.is_default:
            raise ApiError(errors.EPS_DEFAULT)
        if project.status != EnterpriseProject.ON:
            raise ApiError(errors.EPS_DISABLED)
        if name is not None:
            project.name = _checked_name(name)
        if description is not None:
            project.description = _checked_description(description)
        if type is not None:
            project.type = _checked_type(type)
        _save(project)
    return project


def enterprise_project_switch(
    *, principal: Principal, project: EnterpriseProject, enable: bool
) -> EnterpriseProject:
    """Enable or disable an enterprise project; doing it twice is no error."""
    with audit.operation(
        principal, "enableEnterpriseProject" if enable else "disableEnterpriseProject",
        resource_type="enterpriseProject", service_type="EPS", resource_id=project.public_id,
        resource_name=project.name,
    ) as running:  # fmt: skip
        running.enterprise_project_id = project.public_id
        if project.is_default:
            raise ApiError(errors.EPS_DEFAULT_SWITCH)
        project.status = EnterpriseProject.ON if enable else EnterpriseProject.OFF
        project.save(update_fields=["status", "updated_at"])
    return project


def enterprise_project_delete(*, principal: Principal, project: EnterpriseProject) -> None:
    """Delete an enterprise project with the grants in it; bills keep its id."""
    with audit.operation(
        principal, "deleteEnterpriseProject", resource_type="enterpriseProject",
        service_type="EPS", resource_id=project.public_id, resource_name=project.name,
    ) as running:  # fmt: skip
        running.enterprise_project_id = project.public_id
        if project.is_default:
            raise ApiError(errors.EPS_DEFAULT)
        cache_versions.bump(principal.account_id)
        project.delete()
