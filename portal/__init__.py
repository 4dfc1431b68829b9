"""The console: server-rendered pages over the services of the lower apps."""
