"""From a raw cell to the prepared store: open, recognise, clean, reject, count."""
