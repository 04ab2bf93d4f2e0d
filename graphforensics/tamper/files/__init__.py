"""Forged copies of whole files, each with its mask and its record."""
