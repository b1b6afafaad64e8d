"""What the leader of a workshop sees on `/status`.

Who may see it is decided in `pages.parts.server.door`.
"""
