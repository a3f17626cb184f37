"""Real Kubernetes for tests, in the network namespace of whoever starts it."""
