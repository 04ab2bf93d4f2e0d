"""One study of all detectors: from files to tables, each figure with its interval."""
