"""`python -m ocr_console_cli`, the same as the installed command."""

from ocr_console_cli.main import main

raise SystemExit(main())
