"""The product: recognition services, engine, call records."""
