"""The synthetic human world: procedural people, their motion, light and cameras, ray traced with exact truth.

`people.Person` is who, `stages` is how a capture is taken, `builder` writes captures to disk. Never uses the Gaussian renderer.
"""
