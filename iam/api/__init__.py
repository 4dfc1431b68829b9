"""HTTP APIs of identity (IAM v3 and v3.0), enterprise projects (EPS) and traces (CTS)."""
