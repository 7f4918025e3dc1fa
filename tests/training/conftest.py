from tests.model.conftest import network, photos  # noqa: F401
