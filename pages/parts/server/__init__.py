"""What comes before the pages: the server's life, the door, who visits, in which language, at which address.

What a page itself shows lives in the other folders.
"""
