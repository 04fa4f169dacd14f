"""What every endpoint shares: errors, pages, permissions, base views."""
