"""Photographs set in motion, as if a camera in a hand had filmed the person."""
