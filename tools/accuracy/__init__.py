"""Accuracy of the services on drawn documents and on public samples, where those are available."""
