"""Pure rules. Nothing here awaits, logs, reads a clock, draws a random number or makes an id.

One file per life cycle; each opens with its theory. `now` is always an argument: an aware UTC
datetime taken once per command by the caller.
"""
