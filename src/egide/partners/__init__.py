"""Who takes part: jurisdictions, agencies, accounts, memberships and agreements."""
