"""Background work: a lease for what a killed worker left, and a clock for what comes back."""
