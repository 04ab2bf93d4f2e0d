"""Recipes of trainings, and the reading and checking of them."""
