"""What the tests of the lab share."""

from tests.model.conftest import network, photos  # noqa: F401
