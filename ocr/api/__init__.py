"""HTTP surfaces of the recognition app: the contract's API and our own `/api/v1`."""
