"""Faces as a generator's bottleneck leaves them."""
