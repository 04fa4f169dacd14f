"""What each kind of channel declares, and how it speaks."""
