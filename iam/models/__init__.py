"""Tables of identity, one file per topic; no other app imports them."""

from iam.models.accounts import Account, EnterpriseProject, Project, Region
from iam.models.audit import Trace, TraceHead, Tracker
from iam.models.keys import AccessKey, Agency, ObsAuthorization, RevokedToken
from iam.models.people import Group, Membership, User
from iam.models.permissions import (
    Attachment,
    EnterpriseProjectGroupPermission,
    EnterpriseProjectUserPermission,
    Policy,
    ProjectGroupPermission,
    ProjectUserPermission,
)

__all__ = [
    "AccessKey",
    "Account",
    "Agency",
    "Attachment",
    "EnterpriseProject",
    "EnterpriseProjectGroupPermission",
    "EnterpriseProjectUserPermission",
    "Group",
    "Membership",
    "ObsAuthorization",
    "Policy",
    "Project",
    "ProjectGroupPermission",
    "ProjectUserPermission",
    "Region",
    "RevokedToken",
    "Trace",
    "TraceHead",
    "Tracker",
    "User",
]
