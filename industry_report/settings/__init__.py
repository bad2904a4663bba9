"""What an institution decides: who publishes, under which rules, with which parameters."""
