"""The shape of what is typed; what is allowed is decided by the services. One file a topic."""
