"""All that speaks Label Studio: its JSON, its labelling configs, and our public API in its dialect."""
