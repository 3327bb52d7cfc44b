"""What changes partners, by topic: lost factors, changes for two, invitations, agencies, people, agreements."""
