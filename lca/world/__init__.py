"""The synthetic human world: procedural people, their light and cameras, ray traced with exact truth.

One seed is one person for ever. Rooms, each built on those before it:

    body       meshes, one figure, the scene that is drawn, random numbers by name
    paint      materials as functions of canonical position
    garments   what is worn, and its rows of cloth
    hair       scalp, haircuts, beards, headwear, glasses
    cloth      loose garments, simulated
    person     who somebody is; the dressed, posed person
    light      lights, surroundings, the renderer, exposure, drawings
    stages     wild, studio, lightstage, stylised, runway: who is filmed how
    folders    of captures: built, verified, planned, looked at

How people move is `lca.motion`. Only data, studies and the commands `world`, `matting` and `bench` import the world.
"""
