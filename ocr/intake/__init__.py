"""Obtain the checked bytes of one image from the request body."""
