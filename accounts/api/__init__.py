"""Login by token, and the view that every endpoint of the API stands on."""
