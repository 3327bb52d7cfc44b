"""Plain Python: how names sound."""
