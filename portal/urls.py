"""URL patterns of the console, from PAGES, and of the pages outside its frame."""

from __future__ import annotations

from django.urls import include, path

from portal.console import MissingView
from portal.navigation import PAGES
from portal.pages import public

console = [
    path(
        page.route or page.slug,
        page.view.as_view(action=page.action, slug=page.slug, row=page),
        name=page.slug,
    )
    for page in PAGES
] + [path("<path:rest>", MissingView.as_view(), name="missing")]

urlpatterns = [
    path("login", public.LoginView.as_view(), name="login"),
    path("password", public.PasswordView.as_view(), name="password"),
    path("logout", public.LogoutView.as_view(), name="logout"),
    path("preferences", public.PreferencesView.as_view(), name="preferences"),
    path("console/", include((console, "console"))),
    path("console", public.HomeView.as_view(), name="home"),
    path("console/", public.HomeView.as_view()),
]
