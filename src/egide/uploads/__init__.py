"""What comes from outside as a file: bounded while it arrives, read in a process of its own, rebuilt. No domain."""
