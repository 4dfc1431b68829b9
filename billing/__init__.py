"""What it costs: subscriptions, packages, usage, ledger, bills."""
