"""One module per console page: context, forms, and the row that `portal.navigation` lists."""
