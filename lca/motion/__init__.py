"""How people move: poses, gait, gestures, faces, and whole sequences, as numbers for a body. No pictures, no people.

From below: `curves` and `joints` (angles in words), `posture`, `gait`, `gestures`, `faces`, `contact` (feet on the floor, hands
out of the trunk), `acts`, `sequences` (the motion library), and `named`, what `lca animate --motion` plays.
"""
