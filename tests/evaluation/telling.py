"""What decides in short messages (`telling` in intents.yaml), on the messages that are learned: `python -m tests.evaluation.telling`.

For each intent: how many messages fire, and whose they are by their label. Someone else's are read, for a pattern that takes
what is not its own costs a citizen an answer.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

from app.assistant.kept import load_kept
from app.assistant.training_rows import Sample, told_messages
from app.settings import ROOT, Settings
from app.understanding.reader import Reader


def fired(reader: Reader, samples: list[Sample]) -> dict[str, list[Sample]]:
    """By intent, the messages in which its telling patterns fire."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        query = reader.index.query(sample.text)
        telling = reader.rules.signs(query.words.plain, query.replaced, query.words.original).telling
        if telling is not None:
            found[f"intent:{telling}"].append(sample)
    return found


def main() -> None:
    """Print the counts; with `--others` what belongs to somebody else too."""
    samples = told_messages(ROOT / "procedures" / "training")
    reader = load_kept(ROOT / "procedures", None, Settings().resolved_cache_dir).reader
    for intent, messages in sorted(fired(reader, samples).items()):
        labels = Counter(sample.target if sample.target.startswith("intent:") else "thủ tục" for sample in messages)
        own = sum(sample.target == intent for sample in samples)
        print(
            f"{intent}: {len(messages)} tin, {labels[intent]} trong {own} tin của nó; khác: {dict(labels - Counter({intent: labels[intent]}))}"
        )
        if "--others" in sys.argv:
            for sample in messages:
                if sample.target != intent:
                    print(f"    {sample.target}: {sample.text}")


if __name__ == "__main__":
    main()
