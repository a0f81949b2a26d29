"""One file for each form in which an endpoint stands in a text. Adding a form is adding a file."""
