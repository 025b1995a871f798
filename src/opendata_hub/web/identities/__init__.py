"""Who asked: shown to few, handed out to themselves, erased."""
