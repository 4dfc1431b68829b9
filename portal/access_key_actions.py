"""Forms of an access key that My Credentials and the page of a user share: switch, delete, CSV file."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from iam.services import access_keys
from portal.console import ConsoleView
from portal.downloads import data_link


def csv_link(user_name: str, made: Any) -> str:
    """Return the file `credentials.csv` of a new key as a link."""
    head = ["User Name", "Access Key Id", "Secret Access Key"]
    return data_link([head, [user_name, made.row.access, made.secret]])


def switch(view: ConsoleView, key: Any) -> None:
    """Activate or deactivate a key."""
    status = "inactive" if key.status == "active" else "active"
    access_keys.access_key_update(principal=view.principal, key=key, status=status)
    view.success(
        _("The access key is now off.") if status == "inactive" else _("The access key is now on.")
    )


def delete(view: ConsoleView, key: Any) -> None:
    """Delete a key whose id was typed to confirm."""
    view.confirmed(key.access)
    access_keys.access_key_delete(principal=view.principal, key=key)
    view.success(_("The access key is deleted. Calls signed with it are refused from now on."))
