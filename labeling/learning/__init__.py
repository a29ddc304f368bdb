"""The only door to ml: rows become arrays, results become rows. It converts; what and when is decided in flow."""

from labeling.learning.agreeing import confuse, measure, measure_briefly, measure_repeats
from labeling.learning.features import catch_up, directions_of, featured, outgrown, refresh
from labeling.learning.figures import (
    audited,
    baseline,
    corrected,
    fixed,
    gained,
    moved,
    pool_shares,
    sample_shares,
    second_look,
    stop_signal,
    suspects,
)
from labeling.learning.fitting import explain, fit, load, save
from labeling.learning.parts import Handed, Seal, hand_over, look, parted, settle, taken_up
from labeling.learning.places import article_of, drop_features, features_folder, models_folder
from labeling.learning.posteriors import likeliest
from labeling.learning.predicting import Shares, of_pool, of_texts
from labeling.learning.quality import Given, people
from labeling.learning.ranking import Wish, doubts, nearest, rank, suggested, unsure, views
from labeling.learning.sealed import forget as forget_models
from labeling.learning.shapes import Judged, Outside, Ranked, Taught
from labeling.learning.twins import groups_of, twins_of
from ml.errors import ColumnsMismatch, PoolDamaged, SpaceMoved
from ml.fitted import FittedModel

__all__ = [
    "ColumnsMismatch",
    "FittedModel",
    "Given",
    "Handed",
    "Judged",
    "Outside",
    "PoolDamaged",
    "Ranked",
    "Seal",
    "Shares",
    "SpaceMoved",
    "Taught",
    "Wish",
    "article_of",
    "audited",
    "baseline",
    "catch_up",
    "confuse",
    "corrected",
    "directions_of",
    "doubts",
    "drop_features",
    "explain",
    "featured",
    "features_folder",
    "fit",
    "fixed",
    "forget_models",
    "gained",
    "groups_of",
    "hand_over",
    "likeliest",
    "load",
    "look",
    "measure",
    "measure_briefly",
    "measure_repeats",
    "models_folder",
    "moved",
    "nearest",
    "of_pool",
    "of_texts",
    "outgrown",
    "parted",
    "people",
    "pool_shares",
    "rank",
    "refresh",
    "sample_shares",
    "save",
    "second_look",
    "settle",
    "stop_signal",
    "suggested",
    "suspects",
    "taken_up",
    "twins_of",
    "unsure",
    "views",
]
