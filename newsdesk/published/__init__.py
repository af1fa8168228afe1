"""Models in service: their manifests, their versions, and what their graphs may do."""
