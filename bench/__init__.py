"""Figures: what the product costs, beside something everybody can judge, in one run."""
