"""One high-risk case, from referral to closure: programmes, files, entries, plans, conferences, tasks."""
