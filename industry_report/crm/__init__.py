"""Exchange with a CRM by files: check an export, compare it with grades, write what changed. No network."""
