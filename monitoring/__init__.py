"""Monitoring: call records, their statistics, Cloud Eye metrics, alarms and notifications."""
