"""Forgeries that blend a face with a changed copy of itself."""
