"""What people see: data in, Block Kit out, and form state to parsed values. Pure.

Nothing here talks to Slack, to the database or to the clock; every sentence is in `wording/`.
"""
