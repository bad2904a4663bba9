"""Plan, freshness, one report, all reports, preview."""
