"""Migrations: numbered, never edited after a release."""
