"""Databases for processes that die, and the company for stories in one process."""

from tests.databases import postgres, postgres_url, sqlite_template, sqlite_url
from tests.scenarios.conftest import company

__all__ = ["company", "postgres", "postgres_url", "sqlite_template", "sqlite_url"]
