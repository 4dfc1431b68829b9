"""OBS authorization: the account's own key for its object store, per region."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from iam import selectors
from iam.services import agencies
from portal.console import ConsoleView


class ObsView(ConsoleView):
    """`/console/obs`: the key with which recognition reads images from the account's buckets."""

    template = "portal/obs.html"
    actions = {"authorize": "iam:agencies:createAgency", "withdraw": "iam:agencies:deleteAgency"}

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the access key in use; the secret is never shown again."""
        kept = selectors.obs_authorization(self.principal.account_id, self.principal.region)
        return {"access_key": kept[0] if kept else ""}

    def do_authorize(self) -> None:
        """Store the key encrypted."""
        self.require(self.actions["authorize"])
        post = self.request.POST
        agencies.obs_authorize(
            principal=self.principal,
            region=self.principal.region,
            access_key=post.get("access_key", "").strip(),
            secret_key=post.get("secret_key", ""),
        )
        self.success(_("OCR may now read your object store in this region."))

    def do_withdraw(self) -> None:
        """Delete the key."""
        self.require(self.actions["withdraw"])
        self.confirmed(self.context()["access_key"])
        agencies.obs_withdraw(principal=self.principal, region=self.principal.region)
        self.success(_("OCR no longer has a key for your object store."))
