"""The core: isolates, marshalling, references, scopes, function and class builders."""
