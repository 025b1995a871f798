"""Letters and mails at the doors."""
