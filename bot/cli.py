"""`usher`: where it begins.

To begin is mostly to import, and nothing that is imported becomes garbage: to look for some again
and again meanwhile takes a fifth of a start. Nor is it ever looked through later.
"""

import gc


def main() -> None:
    """The entry point: import everything, then do what was typed."""
    gc.disable()
    from bot.cli_commands import usher  # noqa: PLC0415 - what takes long

    gc.freeze()
    gc.enable()
    usher(prog_name="usher")


if __name__ == "__main__":
    main()
