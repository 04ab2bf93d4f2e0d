"""The command line ``graphforensics``."""
