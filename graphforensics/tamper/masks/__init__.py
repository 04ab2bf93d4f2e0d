"""Masks of what is forged."""
