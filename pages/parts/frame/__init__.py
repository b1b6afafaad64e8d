"""What every page stands in: the navigation, the page's style, the tour, the app's own addresses.

What one page shows lives in that page's folder.
"""
