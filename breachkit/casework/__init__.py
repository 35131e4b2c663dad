"""The steps of an incident in the order in which they are done: read, replay, ask the rules, append."""
