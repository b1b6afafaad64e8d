"""What the pages are made of, a folder for what several share and one for each page.

What is true without a page lives in `cnn`.
"""
