"""What commands share, where they work and how they speak, and the commands around a project."""
