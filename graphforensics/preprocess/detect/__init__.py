"""Finding faces in single frames: detectors, landmarks, recognition."""
