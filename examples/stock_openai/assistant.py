"""An application that uses the OpenAI SDK as it comes: its defaults decide by HTTP status what to send again."""

from openai import OpenAI


class Assistant:
    """Asks a model one question at a time."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._client = OpenAI(base_url=base_url, api_key=api_key)

    def ask(self, question: str) -> str:
        """The model's answer."""
        completion = self._client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": question}]
        )
        return completion.choices[0].message.content or ""

    def draw(self, prompt: str) -> str:
        """The address of a picture."""
        images = self._client.images.generate(model="openai/gpt-image-1", prompt=prompt, response_format="url")
        (image,) = images.data or []
        return image.url or ""
