"""What people are called: by their files; who is made of photos, by those; undo brings a name back with its person."""

from dataclasses import replace

import pytest

from lca.panel import panel


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (("ada", None), ["ada", "avatar"]),
        ((None, None), ["avatar 1", "avatar 2"]),
        (("ada", "ada"), ["ada 1", "ada 2"]),
    ],
)
def test_people_are_called_by_their_files(avatar, other, tmp_path, names, called):
    for name in filter(None, names):
        avatar.save(tmp_path / f"{name}.avatar")
    given = [tmp_path / f"{name}.avatar" if name else made for name, made in zip(names, (avatar, other), strict=True)]
    widget = panel(*given, folder=tmp_path)
    titles = lambda: [person.title for person in widget.desk.scene.people]
    assert titles() == called
    stays = widget.desk.scene.people[1].avatar
    widget.desk.replace_avatars([replace(other), stays])
    assert titles() == ["your photos", called[1]]
    widget.desk.receive({"kind": "undo"})
    assert titles() == called
    widget.close()
