"""What may happen, and making it happen: law, machine, guards, permissions, actions, trail, periods, calendar, adoption."""
