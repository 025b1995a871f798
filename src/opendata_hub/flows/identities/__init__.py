"""Who asks: kept apart, sealed, read by few, and erased when it has served."""
