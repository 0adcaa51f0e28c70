"""Block Kit as Slack judges it: limits, shapes, surfaces, unique ids. Source: docs.slack.dev, Block Kit."""
