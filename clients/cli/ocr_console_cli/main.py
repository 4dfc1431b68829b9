"""The command `ocr-console`: arguments, subcommands and exit codes."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from ocr_console_cli import credentials, jobs, recognize
from ocr_console_cli.client import Client, Failed
from ocr_console_cli.exits import INTERRUPTED, OK, REFUSED, USAGE, Stop

_CODES = """exit codes: 0 everything read; 1 some files failed, the output is written; 2 wrong
arguments; 3 credentials missing or refused; 4 refused (not subscribed, no permission, no funds, no
such job); 5 server unreachable; 130 interrupted, the same command goes on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    server = _server_commands()
    if words and words[0] in server:
        ended: int = server[words[0]].load()(words[1:])
        return ended
    given = _parser(server).parse_args(words)
    try:
        code: int = given.run(given)
    except Stop as stop:
        print(f"ocr-console: {stop}", file=sys.stderr)  # noqa: T201 a command line prints
        return stop.code
    except Failed as failed:
        print(f"ocr-console: {failed}", file=sys.stderr)  # noqa: T201
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _server_commands() -> dict[str, metadata.EntryPoint]:
    """Return the commands that an installed server adds (serve, doctor, …); none without one."""
    return {row.name: row for row in metadata.entry_points(group="ocr_console.commands")}


def _version() -> str:
    """Return the versions of the installed distributions, the server's first."""
    found = []
    for name in ("ocr-console", "ocr-console-client"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found) or "ocr-console of a checkout"


def _parser(server: Iterable[str]) -> argparse.ArgumentParser:
    more = f"the server's commands: {', '.join(server)}. " if server else ""
    parser = argparse.ArgumentParser(prog="ocr-console", epilog=more + _CODES)
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    read = commands.add_parser(
        "recognise", aliases=["recognize"], epilog=_CODES,
        help="recognise images and PDFs and write the results to one file",
    )  # fmt: skip
    read.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of files")
    _add_service(read)
    read.add_argument(
        "--out", required=True, type=Path, help="result.xlsx; the ending is the format"
    )
    read.add_argument(
        "--format", choices=recognize.FORMATS, help="where the ending does not say it"
    )
    read.add_argument("--parallel", type=int, default=4, help="calls at once (4)")
    read.add_argument("--overwrite", action="store_true", help="replace an output that exists")
    _add_connection(read)
    read.set_defaults(run=_recognise)
    job = commands.add_parser(
        "jobs", help="submit files as a job, show it, download its output"
    ).add_subparsers(required=True, metavar="STEP")
    _add_jobs(job)
    return parser


def _add_jobs(job: Any) -> None:
    made = job.add_parser("submit", epilog=_CODES, help="create a job from images, PDFs and ZIPs")
    made.add_argument("files", nargs="+", metavar="FILE")
    _add_service(made)
    made.add_argument("--name", default="", help="what the job is called")
    made.add_argument("--pages", default="", help="pages of PDFs, such as 1-3,7,10-")
    made.add_argument("--text-layer", choices=("recognise", "use"), default="recognise",
                      help="pages that have text already: read them, or use it without a charge")  # fmt: skip
    made.add_argument("--retention-hours", type=int, default=24)
    made.add_argument("--draft", action="store_true", help="show the estimate, do not start")
    made.add_argument("--wait", action="store_true", help="wait until the job has ended")
    made.set_defaults(run=_submit)
    status = job.add_parser("status", epilog=_CODES, help="show a job")
    status.add_argument("job")
    status.add_argument("--wait", action="store_true", help="wait until the job has ended")
    status.set_defaults(run=_status)
    fetched = job.add_parser("download", epilog=_CODES, help="write a job's results into a file")
    fetched.add_argument("job")
    fetched.add_argument("--out", required=True, type=Path)
    fetched.add_argument("--format", choices=recognize.FORMATS)
    fetched.set_defaults(run=_download)
    for parser in (made, status, fetched):
        _add_connection(parser)


def _add_service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", required=True, help="passport, general-text, id-card, …")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE",
                        help="an option of the service; the value is JSON or plain text")  # fmt: skip


def _add_connection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--endpoint", default=os.environ.get("OCR_CONSOLE_ENDPOINT", ""),
                        help="address of the server (OCR_CONSOLE_ENDPOINT)")  # fmt: skip
    parser.add_argument("--region", default="", help="whose project is meant, as with the SDK")
    parser.add_argument("--enterprise-project", default="", metavar="ID")
    parser.add_argument("--attempts", type=int, default=8, help="tries of a throttled call (8)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _client(given: argparse.Namespace) -> Client:
    if not given.endpoint:
        raise Stop(USAGE, "say where the server is: --endpoint or OCR_CONSOLE_ENDPOINT")
    return Client(
        given.endpoint,
        credentials.find(),
        attempts=max(1, given.attempts),
        enterprise_project=given.enterprise_project,
    )


def options(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the service's options from `name=value` words; raises Stop for another form."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (name and sign):
            raise Stop(USAGE, f"--option {pair}: write NAME=VALUE")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _format(given: argparse.Namespace) -> str:
    kind = given.format or given.out.suffix.lower().lstrip(".")
    if kind not in recognize.FORMATS:
        raise Stop(USAGE, f"{given.out} has no ending of a format: {', '.join(recognize.FORMATS)}")
    if not given.out.parent.is_dir():
        raise Stop(USAGE, f"the folder {given.out.parent} does not exist")
    return str(kind)


def _recognise(given: argparse.Namespace) -> int:
    kind = _format(given)
    if given.out.exists() and not given.overwrite:
        raise Stop(USAGE, f"{given.out} exists; --overwrite replaces it")
    wanted = recognize.Wanted(
        recognize.gather(given.files), given.service, options(given.option), given.out, kind,
        max(1, given.parallel),
    )  # fmt: skip
    client = _client(given)
    return recognize.run(wanted, client, client.project_id(given.region), quiet=given.quiet)


def _submit(given: argparse.Namespace) -> int:
    client = _client(given)
    files = [Path(name) for name in given.files]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise Stop(USAGE, f"{missing[0]} does not exist")
    request: dict[str, Any] = {
        "service": given.service, "options": options(given.option), "name": given.name,
        "page_range": given.pages, "text_layer": given.text_layer,
        "retention_hours": given.retention_hours, "project_id": client.project_id(given.region),
    }  # fmt: skip
    if given.enterprise_project:
        request["enterprise_project_id"] = given.enterprise_project
    job = jobs.submit(client, files, request, start=not given.draft, quiet=given.quiet)
    _show({"id": job["id"], "state": job["state"], "estimate": job["estimate"]})
    if given.wait and not given.draft:
        job = jobs.status(client, job["id"], wait=True, quiet=given.quiet)
        _show(job)
        return jobs.exit_code(job)
    return OK


def _status(given: argparse.Namespace) -> int:
    job = jobs.status(_client(given), given.job, wait=given.wait, quiet=given.quiet)
    _show(job)
    return jobs.exit_code(job)


def _download(given: argparse.Namespace) -> int:
    jobs.download(_client(given), given.job, _format(given), given.out)
    return OK


def _show(found: dict[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2))  # noqa: T201 the command's answer
