"""What every room stands on: errors, the two languages, colours and fonts, the reading of YAML."""
