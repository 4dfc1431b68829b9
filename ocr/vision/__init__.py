"""Pixels: decoding, detection, recognition, orientation. Imports nothing here, so that web processes stay light."""
