"""A person in a film, from frame to frame: the photo solver over time.

watched       what each frame shows of one person, the same all along
evenness      how evenly people move, and that feet which stand stand still: costs over time
smoothing     all frames of a stretch at once: Gauss-Newton in a band of three frames
windows       a film of any length, stretch by stretch
series        numbers over time made even: face, gaze, floor
upright       the frame of the camera -> a world with a floor
follow        the door: a film in, a motion out
film_error, trial    how far that is from the truth, where it is known
"""
