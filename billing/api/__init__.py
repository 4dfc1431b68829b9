"""HTTP surfaces of billing: `/api/v1` and the BSS API."""
