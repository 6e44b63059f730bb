"""The desk in the browser: same level as commands/, not built yet."""
