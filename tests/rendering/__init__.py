"""Templates, the block tree, and what is made of it."""
