"""The history of the schema, forward only: run by `storage.schema`."""
