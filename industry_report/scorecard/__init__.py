"""What a rating standard says, how its file is read, its conditions and its wording."""
