"""One stage films the people of another: the same persons, in all else a capture of its own stage."""

import pytest

from lca.errors import UserError
from lca.formats.shards import read_manifest
from lca.world.folders.builder import Build, build
from lca.world.folders.sheet import sheet
from lca.world.stages.capture import cast
from tests.world.captures import SIZE, built


def test_people_of_another_stage_are_the_very_people_and_all_else_is_the_stages():
    person, rest = cast("wild", 5, 2, "stylised")
    assert person.seed == cast("stylised", 5, 2)[0].seed != cast("wild", 5, 2)[0].seed
    assert rest.random() == cast("wild", 5, 2)[1].random()
    assert cast("wild", 5, 2, "wild")[0].seed == cast("wild", 5, 2)[0].seed


def test_people_of_another_stage_stay_in_their_split_and_the_manifest_says_whose_they_are(tmp_path):
    borrowed = Build("wild", 3, seed=5, size=SIZE, people_of="stylised")
    assert {name.split("-")[0] for name in borrowed.shards()} == {"test"}
    borrowed.manifest().write(tmp_path)
    assert read_manifest(tmp_path) == borrowed.manifest()
    with pytest.raises(UserError, match=r"expected a folder with people_of '', got 'stylised'"):
        build(Build("wild", 3, seed=5, size=SIZE), tmp_path)
    with pytest.raises(
        UserError, match=r"half-written .*run `lca world build wild --people-of stylised --identities 3"
    ):
        sheet(tmp_path, tmp_path / "sheet.png")
    assert "people_of" not in (built("wild") / "manifest.json").read_text(), "folders of own people are as they were"
