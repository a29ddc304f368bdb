"""A config whose names are a script's own, and what is written by it."""

from typing import Any

CONFIG = """<View>
  <Header value="Apa kata berita?"/>
  <Text name="article" value="$headline"/>
  <Choices name="sentiment" toName="article" choice="single" showInline="true">
    <Choice value="Berita Bohong" hotkey="2"/><Choice value="Benar" hotkey="1" background="#ff0000"/>
    <Choice value="Tidak ada" alias="nihil" hotkey="3"/>
  </Choices>
</View>
"""
KEYS = ["Benar", "berita-bohong", "nihil"]


def part(label: str, name: str = "sentiment") -> dict[str, Any]:
    return {"from_name": name, "to_name": "article", "type": "choices", "value": {"choices": [label]}}
