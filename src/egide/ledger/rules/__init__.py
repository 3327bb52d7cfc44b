"""Plain Python: the tree, the signed notes, the form of an entry."""
