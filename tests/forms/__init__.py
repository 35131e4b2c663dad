"""The common template of the authorities: its data, its logic, its answers."""
