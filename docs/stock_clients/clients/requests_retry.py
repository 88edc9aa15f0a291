"""A session of requests with the retries that its documentation shows."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from pytest_ominigate import Ominigate

MESSAGES = [{"role": "user", "content": "ping"}]


class Client:
    """Posts to the gateway and reads its replies."""

    def __init__(self, base_url: str, api_key: str, retries: Retry) -> None:
        self.base_url = base_url
        self.session = Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"
        self.session.mount("http://", HTTPAdapter(max_retries=retries))

    def post(self, path: str, **body: Any) -> Any:
        """The JSON of a reply."""
        response = self.session.post(self.base_url + path, json=body)
        response.raise_for_status()
        return response.json()

    def chat(self) -> str:
        """One completion."""
        reply = self.post("/chat/completions", model="openai/gpt-4o", messages=MESSAGES)
        return reply["choices"][0]["message"]["content"]

    def chat_stream(self) -> str:
        """One completion, piece by piece."""
        body = {"model": "openai/gpt-4o", "messages": MESSAGES, "stream": True}
        with self.session.post(f"{self.base_url}/chat/completions", json=body, stream=True) as response:
            response.raise_for_status()
            lines = (line for line in response.iter_lines() if line.startswith(b"data: {"))
            return "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or "" for line in lines)

    def image(self) -> str:
        """One picture."""
        return self.post("/images", model="openai/gpt-image-1", prompt="a grey pixel")["data"][0]["url"]

    def video(self) -> str:
        """One video, waited for."""
        task = self.post("/videos/google/create", model="google/veo-3", prompt="a grey pixel")["task_id"]
        while self.post("/videos/google/status", task_id=task)["status"] != "completed":
            time.sleep(5)
        return self.post("/videos/google/result", task_id=task)["url"]


@pytest.fixture
def client(ominigate: Ominigate) -> Client:
    """The client, with the retries of the documentation."""
    retries = Retry(total=3, backoff_factor=0.1, status_forcelist=[502, 503, 504], allowed_methods={"POST"})
    return Client(ominigate.base_url, ominigate.api_key, retries)


@pytest.fixture
def ominigate_chat(client: Client) -> Callable[[], str]:
    """One completion."""
    return client.chat


@pytest.fixture
def ominigate_chat_stream(client: Client) -> Callable[[], str]:
    """One completion, piece by piece."""
    return client.chat_stream


@pytest.fixture
def ominigate_image(client: Client) -> Callable[[], str]:
    """One picture."""
    return client.image


@pytest.fixture
def ominigate_video(client: Client) -> Callable[[], str]:
    """One video."""
    return client.video
