import pytest
from assistant import Assistant


@pytest.fixture
def ominigate_chat(ominigate):
    assistant = Assistant(base_url=ominigate.base_url, api_key=ominigate.api_key)
    return lambda: assistant.ask("ping")


@pytest.fixture
def ominigate_image(ominigate):
    assistant = Assistant(base_url=ominigate.base_url, api_key=ominigate.api_key)
    return lambda: assistant.draw("a grey pixel")
