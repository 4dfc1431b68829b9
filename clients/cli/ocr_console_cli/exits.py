"""Exit codes of the command line, and the exception that carries one."""

from __future__ import annotations

OK = 0
SOME_FAILED = 1  # the output is written; some files could not be read
USAGE = 2  # argparse's own code: wrong arguments, nothing was sent
CREDENTIALS = 3  # none found, or the server refused them (401)
REFUSED = 4  # not subscribed, no permission, out of funds, no such thing (403, 404)
UNREACHABLE = 5  # no answer after all attempts
INTERRUPTED = 130  # Ctrl-C; the same command goes on where it stopped


class Stop(Exception):
    """Ends the command: a sentence for the person and an exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
