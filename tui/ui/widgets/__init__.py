"""What the panels are made of: lines, rows and bars that draw only what is visible."""
