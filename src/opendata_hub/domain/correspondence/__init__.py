"""Letters and mails between an authority and who asks it."""
