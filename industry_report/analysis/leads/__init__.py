"""Sales leads: what was known of each, a card of points learned from past ones, and how good it is later."""
