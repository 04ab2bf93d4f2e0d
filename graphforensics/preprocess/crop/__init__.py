"""Cutting faces out of frames."""
