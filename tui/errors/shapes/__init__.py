"""One file for each form in which texts write an endpoint. To add a form, add a file."""
