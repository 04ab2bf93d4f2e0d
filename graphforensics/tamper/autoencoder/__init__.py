"""Swaps by a shared encoder and a decoder of each person, trained on the two clips."""
