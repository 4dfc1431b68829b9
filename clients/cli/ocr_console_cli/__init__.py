"""The command line client `ocr-console`: talks to the API only, knows nothing of the server."""
