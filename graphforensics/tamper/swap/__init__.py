"""Another person's face on a target's landmarks."""
