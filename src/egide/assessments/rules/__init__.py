"""What judges, in plain Python: no Django, values in, findings with their grounds out."""
