"""The Slack surface and the wiring: what people see, what they press, and how it is all started.

`main` is the only module that knows every part. `listeners` turn what Slack sends into commands,
`views` draw what people see, `messenger` carries it there; `cli` and `settings` are for operators.
"""
