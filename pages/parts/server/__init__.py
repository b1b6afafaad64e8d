"""What comes before the pages: the server's life, the door, who visits, in which language, at which address.

Nothing here is drawn on a page.
"""
