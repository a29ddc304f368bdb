"""People, rows and pages."""
