"""What a person's browsers are told while no page of ours is open."""
