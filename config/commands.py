"""The server's part of the command `ocr-console`: serve, doctor, manage, bundle, install-bundle.

Each function takes the words after the command's name and returns the exit status. The command line
client finds them by the entry points of the group `ocr_console.commands` in pyproject.toml.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from config import bundle as bundles
from config import bundle_install, env, paths
from ocr.engine import registry


def _prepare_environment(models: Path | None = None) -> None:
    """Set what the server and the processes that it starts read from the environment.

    DATA_DIR becomes absolute, because engine processes start in another folder. Weights and language
    packs are those of `models`, of the environment, or of an installed bundle, in this order.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["DATA_DIR"] = str((paths.start_folder() / env.read()["DATA_DIR"]).resolve())
    weights = models or paths.bundled("models")
    if weights and (models or not os.environ.get("MODELS_DIR")):
        os.environ["MODELS_DIR"] = str(weights.resolve())
    packs = models / "tessdata" if models else paths.bundled("tessdata")
    if packs and packs.is_dir() and not os.environ.get("TESSDATA_DIR"):
        os.environ["TESSDATA_DIR"] = str(packs.resolve())


def serve(words: Sequence[str]) -> int:
    """`ocr-console serve`: what `make run` does, from an installed server."""
    parser = argparse.ArgumentParser(
        prog="ocr-console serve",
        description="Prepare database, catalogue, demo account and OCR weights, then serve.",
    )
    parser.add_argument("--port", help="PORT (8000)")
    parser.add_argument("--bind", help="BIND (127.0.0.1)")
    parser.add_argument("--data-dir", help="DATA_DIR (./var)")
    parser.add_argument(
        "--models",
        type=Path,
        help="folder of the OCR weights, and of language packs in tessdata/: nothing is downloaded",
    )
    parser.add_argument("--prepare-only", action="store_true", help="set up, do not serve")
    given = parser.parse_args(words)
    for name in ("port", "bind", "data_dir"):
        if value := getattr(given, name):
            os.environ[name.upper()] = value
    _prepare_environment(given.models)
    if problem := _engine_files(given.models):
        print(f"ocr-console: {problem}", file=sys.stderr)  # noqa: T201 a command line prints
        return 1
    import django
    from django.core.management import call_command

    django.setup()
    call_command("up", prepare_only=given.prepare_only)
    return 0


def _engine_files(models: Path | None) -> str:
    """Install OpenCV's headless build and the weights; return the error message, "" on success."""
    from ocr.vision import model_files, opencv_build

    values = env.read()
    try:
        recognizes = registry.row(values["ENGINE"]).recognizes
    except LookupError as error:
        return str(error)
    # Recognition happens on other nodes, nowhere, or here.
    if values["CELERY_BROKER_URL"] or not recognizes:
        return ""
    if not opencv_build.is_present():
        return "recognition is not installed: pip install 'ocr-console[worker]', or set CELERY_BROKER_URL"
    folder = Path(os.environ.get("MODELS_DIR") or Path(os.environ["DATA_DIR"]) / "models")
    if models and (absent := model_files.missing(models, thorough=True)):
        return f"missing or changed in {models}: {', '.join(row.place for row in absent)}"
    try:
        opencv_build.ensure_headless(paths.shipped("requirements.txt"))
        if model_files.missing(folder):
            print("Fetching the OCR weights (once) ...", flush=True)  # noqa: T201
            model_files.lay_out(folder)
    except (RuntimeError, OSError) as error:
        return str(error)
    return ""


def manage(words: Sequence[str]) -> int:
    """`ocr-console manage …`: what `manage.py` does."""
    _prepare_environment()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["ocr-console manage", *words])
    return 0


def doctor(words: Sequence[str]) -> int:
    """`ocr-console doctor`: examine the installation; exit status 1 if something failed."""
    return manage(["doctor", *words])


def bundle(words: Sequence[str]) -> int:
    """`ocr-console bundle`: write wheels, weights and language packs into one file."""
    _prepare_environment()
    return bundles.main(words)


def install_bundle(words: Sequence[str]) -> int:
    """`ocr-console install-bundle FILE`: install such a file without a network."""
    return bundle_install.main(words)


COMMANDS = {
    "serve": serve,
    "doctor": doctor,
    "manage": manage,
    "bundle": bundle,
    "install-bundle": install_bundle,
}


def main() -> int:
    """`python -m config.commands COMMAND …`: the same commands in a checkout."""
    parser = argparse.ArgumentParser(prog="python -m config.commands")
    parser.add_argument("command", choices=COMMANDS)
    given, rest = parser.parse_known_args(sys.argv[1:2])
    return COMMANDS[given.command]([*rest, *sys.argv[2:]])


if __name__ == "__main__":
    raise SystemExit(main())
