"""What runs in the process that reads hostile files: no Django, no database, no key, little memory, little time."""
