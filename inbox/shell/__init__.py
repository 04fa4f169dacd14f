"""What every screen shares: the reader and their company, the rail, presence, clocks, logins."""
