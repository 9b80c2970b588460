"""``atoll test``: test files, each in an isolate of its own, several at once."""
