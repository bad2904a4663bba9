"""Rate the records of a table by a scorecard; `scoring` is the face."""
