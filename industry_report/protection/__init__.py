"""Disclosure control: what may be published of a whole slice, and of slices side by side."""
