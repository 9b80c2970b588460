"""Framing and the session state machine. Nothing in here does I/O or knows of asyncio."""
