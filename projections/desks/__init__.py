"""The desks: one file each, a pure fold of what ONE agency is told of ONE stream (`projections.desk.DeskFile`)."""
