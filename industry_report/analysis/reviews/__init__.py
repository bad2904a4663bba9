"""Reviews of grades: what rules propose, what people decided and why, what became of actions."""
