"""The one error a user is meant to read."""


class UserError(ValueError):
    """A mistake at a door (a file, an argument, a config): one line that says what was expected, what came, what to do.

    The command line prints the message without a traceback and exits with code 2.
    """
