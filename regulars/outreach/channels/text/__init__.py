"""Text messages: from the owner's own phone by a tap, or by a provider; parts counted, STOP heard, receipts read."""
