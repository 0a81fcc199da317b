"""E-mail: from a draft to the letter on the wire, and through a mailbox to the person."""
