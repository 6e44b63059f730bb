"""One file a channel; ``notifications.channel`` opens them by name."""
