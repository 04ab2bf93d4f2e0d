"""Settings of a training, and the recipes that hold them."""
