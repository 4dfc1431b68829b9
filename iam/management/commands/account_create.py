"""`manage.py account_create NAME`: a new account with an owner, projects and the group `admin`."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import ApiError
from iam.services import accounts, demo, sync


class Command(BaseCommand):
    """Create an account; the owner's password comes from OWNER_PASSWORD, a prompt, or is made."""

    help = "Create an account with its owner, a project in every region and the group `admin`."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name")
        parser.add_argument("--owner", help="name of the owner (default: the account's name)")
        parser.add_argument("--email", default="")
        parser.add_argument("--enterprise-projects", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account and print its ids."""
        password = os.environ.get("OWNER_PASSWORD", "")
        made = False
        if not password and sys.stdin.isatty():
            password = getpass.getpass("Password of the owner (empty: make one): ")
        if not password:
            password, made = demo.new_password(), True
        sync.sync()
        try:
            account = accounts.account_create(
                name=options["name"],
                owner_password=password,
                owner_name=options["owner"],
                email=options["email"],
                enterprise_projects_enabled=options["enterprise_projects"],
                one_time=made,
            )
        except ApiError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(f"account {account.name} {account.id}")
        self.stdout.write(f"owner   {options['owner'] or account.name}")
        if made:
            self.stdout.write(
                f"password {password}   (shown once, to be changed at the first sign-in)"
            )
        for project in account.projects.all():
            self.stdout.write(f"project {project.name} {project.id}")
