"""Bakes talking avatars: a person described in one JSON file becomes a GLB with the 52 ARKit shapes."""
