"""The numbers that make a forgery, and how they are drawn."""
