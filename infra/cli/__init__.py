"""The command line `tamga`: one module a command group, each of which asks a function outside this package."""
