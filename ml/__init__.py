"""Text and numbers: segmentation, features, learning, agreement. Knows no Django; usable in a notebook."""
