"""From a tidy table to a figure, a table, a sentence; what a notebook cell ends with."""
