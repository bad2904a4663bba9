"""What customers are worth and what they do: purchases, value, contribution, potential, behaviour."""
