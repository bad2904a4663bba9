"""Groups of commands, each in a file of its own; `cli` adds them to the program."""
