"""What is judged of partners, in plain Python."""
