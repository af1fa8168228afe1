"""Charts of the page, as SVG that takes its colours from the page."""
