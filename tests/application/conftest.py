"""A database for whoever works on one."""

from tests.databases import sqlite_template, sqlite_url

__all__ = ["sqlite_template", "sqlite_url"]
