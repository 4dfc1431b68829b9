"""From the request body to the checked bytes of one picture."""
