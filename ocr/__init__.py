"""The product: recognition services, engine processes, extractors, jobs and exports."""
