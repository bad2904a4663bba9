"""What commands share, where they work and how they speak, and groups of commands in files of their own."""
