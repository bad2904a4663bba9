"""The output folder: records of what is published, index page, catalogue, corrections."""
