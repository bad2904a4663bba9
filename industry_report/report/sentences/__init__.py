"""What a report says in words, one module a kind of report."""
