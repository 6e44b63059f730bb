"""The desk in the browser: frame/ (one request's surroundings), pages/ (one file a noun), api/, templates/, static/."""
