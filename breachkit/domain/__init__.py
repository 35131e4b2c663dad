"""What is true: facts, law, duties and notices as pure values, without clock, files or network."""
