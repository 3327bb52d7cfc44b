"""Pages: one's own hats and access, an invitation, and administration."""
