"""What any page may show: components, pictures, tiles, galleries, paging, notes of errors, placeholders.

Nothing here knows a model or a training.
"""
