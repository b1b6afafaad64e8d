"""What any page may show: components, pictures, tiles, galleries, paging, notes of errors, placeholders.

Nothing here chooses a model or begins a training.
"""
