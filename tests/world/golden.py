"""What is remembered of a person: `python -m tests.world.golden` writes golden_people.json anew."""

import hashlib
import json
from pathlib import Path

import numpy as np

from lca.world.person.people import Person


def golden_of(person: Person) -> dict:
    """Words and topology as a hash, places and colours as rounded sums (arithmetic differs in the last bits between CPUs)."""
    digest, numbers = hashlib.sha256(json.dumps(person.attributes, sort_keys=True).encode()), []
    for piece in person.pieces:
        digest.update(np.ascontiguousarray(piece.faces, np.int32).tobytes() + piece.parts.tobytes())
        for table in (piece.rest, piece.canonical, piece.details):
            numbers += [*table.astype(np.float64).mean(0), *table.astype(np.float64).std(0)]
    numbers += [*np.abs(person.identity.materials.astype(np.float64)).mean(1), float(np.abs(person.betas).sum())]
    numbers += [float(person.identity.rest_face.sum())]
    return {"hash": digest.hexdigest()[:16], "numbers": [round(float(n), 5) for n in numbers]}


if __name__ == "__main__":
    golden = [golden_of(Person.sample(seed)) for seed in range(10)]
    Path(__file__).with_name("golden_people.json").write_text(json.dumps(golden))
