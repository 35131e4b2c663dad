"""The command line, called as people call it."""
