"""What forgeries are made of: recordings, their faces and their real copies."""
