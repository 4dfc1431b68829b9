"""HTTP interfaces of monitoring: Cloud Eye (CES v1) and notifications."""
