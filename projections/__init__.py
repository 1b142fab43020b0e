"""The views: one file each, all folded by `projections.engine`."""
