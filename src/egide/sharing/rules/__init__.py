"""Plain Python: categories, the decision table, the decision. No Django; values in, findings out."""
