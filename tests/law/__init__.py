"""What the law files say, and what follows from them on given facts."""
