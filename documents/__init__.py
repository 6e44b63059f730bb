"""Paper in, paper out: notices read into drafts, forms, summaries and tables written from data."""
