"""What is done to appointments, one verb a function."""
