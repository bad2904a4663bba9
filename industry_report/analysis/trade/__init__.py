"""Trade in a market: sales by month, share, regions, growth, demand, next year, and what nobody asked for."""
