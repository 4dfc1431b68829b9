"""Recognition app."""

from django.apps import AppConfig


class OcrConfig(AppConfig):
    """Registers ocr's rows."""

    name = "ocr"
    verbose_name = "Recognition"
