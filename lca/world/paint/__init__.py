"""What surfaces are made of: rows of the material table, and colour and gloss as functions of canonical position."""
