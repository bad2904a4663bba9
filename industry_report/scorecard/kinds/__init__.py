"""How records come to their bands, one file a kind of scorecard."""
