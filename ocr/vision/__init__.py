"""Pixels: decoding, detection, orientation, recognition. Imports nothing, so that the package is cheap to name."""
