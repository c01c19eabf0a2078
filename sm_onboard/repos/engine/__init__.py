"""The promises about repositories: clone aside and publish, safe moves, undo."""
