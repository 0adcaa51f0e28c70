"""A local Slack: one workspace on this machine, to try an app in and to test it with.

It imports nothing but the standard library and aiohttp and knows no particular app. Reading
order: `seed` (how a workspace begins), `workspace` and `records` (what it remembers), `web_api`
and `methods/` (what apps call), `blocks/` (what Slack refuses), `acts` and `delivery` (what
people do and how the app hears of it), `views`, `clock` and `time_travel`, `driver` (people in a
story), `server` (all together).
"""
