"""Keys and sealed values. Everything may seal; only `sharing` may unseal."""
