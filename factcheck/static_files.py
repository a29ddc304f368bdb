"""Static files under names that carry their content's hash, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Rewrites `import ... from "./x.js"` too, so that a module never meets an older neighbour in a cache."""

    support_js_module_import_aggregation = True
