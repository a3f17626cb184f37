"""One case for each condition and reason: objects in files, and what their author must be told."""
