"""Block Kit as Slack judges it: limits, shapes, surfaces, unique ids."""
