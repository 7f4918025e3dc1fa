"""What the tests of the lab share."""

from tests.model.conftest import network  # noqa: F401
