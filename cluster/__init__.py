"""Beyond one machine: what an office needs only where several nodes share a PostgreSQL server (docs/cluster.md)."""
