"""The Slack surface and the wiring: what people see, what they press, and how it is all started.

`house` and `operations` are the only modules that know every part; `main` runs the house.
`listeners` turn what Slack sends into commands, `views` draw what people see, `messenger` carries
it there; `cli` and `settings` are for operators.
"""
