"""What people and companies can have done to them."""
