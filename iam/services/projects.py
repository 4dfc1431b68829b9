"""Create, change and delete sub-projects of a region's project."""

from __future__ import annotations

import re
from typing import Any

from django.db import IntegrityError, transaction

from core.errors import ApiError
from iam import errors
from iam.models import Project
from iam.principal import Principal
from iam.services import account_settings, audit

SUB_PROJECTS_PER_PROJECT = 50
_SUFFIX = re.compile(r"[A-Za-z0-9_-]{1,63}")


def _save(project: Project) -> None:
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        raise ApiError(errors.CONFLICT, kind="project", name=project.name) from error


def _sub_name(parent: Project, name: Any) -> str:
    prefix = f"{parent.region_id}_"
    if (
        not isinstance(name, str)
        or not name.startswith(prefix)
        or len(name) > 64
        or not _SUFFIX.fullmatch(name[len(prefix) :])
    ):
        raise ApiError(errors.BAD_PARAMETER, name="name")
    return name


def project_create(
    *, principal: Principal, parent: Project, name: Any, description: Any = ""
) -> Project:
    """Return a new sub-project `<region>_<suffix>`; raises 400, 409 or 403 at the quota."""
    with audit.operation(
        principal, "createProject", resource_type="project", resource_name=str(name),
        request={"name": name, "parent_id": parent.id, "description": description},
    ) as running:  # fmt: skip
        if parent.parent_id is not None:
            raise ApiError(errors.BAD_PARAMETER, name="parent_id")
        if parent.children.count() >= SUB_PROJECTS_PER_PROJECT:
            raise ApiError(errors.LIMIT, kind="projects", limit=SUB_PROJECTS_PER_PROJECT)
        project = Project(
            account_id=principal.account_id,
            region_id=parent.region_id,
            parent=parent,
            name=_sub_name(parent, name),
            description=account_settings.check_text(description, "description", 255),
        )
        _save(project)
        running.about(project.id, project.name)
    return project


def project_update(
    *, principal: Principal, project: Project, name: Any = None, description: Any = None
) -> Project:
    """Describe a project, or rename a sub-project; a region's own project keeps its name."""
    with audit.operation(
        principal, "updateProject", resource_type="project", resource_id=project.id,
        resource_name=project.name, request={"name": name, "description": description},
    ):  # fmt: skip
        if name is not None and name != project.name:
            if project.parent is None:
                raise ApiError(errors.BAD_PARAMETER, name="name")
            project.name = _sub_name(project.parent, name)
        if description is not None:
            project.description = account_settings.check_text(description, "description", 255)
        _save(project)
    return project


def project_delete(*, principal: Principal, project: Project) -> None:
    """Delete a sub-project; a region's own project stays as long as the account."""
    with audit.operation(
        principal, "deleteProject", resource_type="project", resource_id=project.id,
        resource_name=project.name,
    ):  # fmt: skip
        if project.parent_id is None:
            raise ApiError(errors.IN_USE, kind="project", reason="it is the region's own project")
        project.delete()
