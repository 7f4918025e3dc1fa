"""What the tests of the lab share."""

from tests.model.conftest import dressed, loud, network, photos  # noqa: F401
