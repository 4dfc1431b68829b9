"""Django project: settings, URLs, processes, health, metrics. Imports every app; no app imports it."""
