"""A site's own causes, as a package that is installed beside `refused`."""
