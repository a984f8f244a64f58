"""The compiler of the rules: YAML in, artefacts out. A tool of this checkout; it is not in the wheel."""
