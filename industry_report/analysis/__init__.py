"""Scored rows and other tables in, tidy tables out; nothing is drawn or worded."""
