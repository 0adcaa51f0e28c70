"""The asynchronous half: one door for writes, the facts, the reads, the workers, the ports."""
