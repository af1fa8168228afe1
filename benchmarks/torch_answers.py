"""The competitor: transformers with PyTorch, and its tokenizer in Rust."""

from collections.abc import Sequence

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from benchmarks.answering import serve
from benchmarks.race import Task


def main() -> None:
    """Answers as the task says; `way` is the name of a dtype."""
    task = Task.from_command_line()
    tokenizer = AutoTokenizer.from_pretrained(task.weights)
    model = AutoModelForSequenceClassification.from_pretrained(
        task.weights, num_labels=4, dtype=getattr(torch, task.way)
    ).eval()

    @torch.inference_mode()
    def answer(texts: Sequence[str]) -> object:
        batch = tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=task.max_length,
            return_tensors="pt",
        )
        return torch.softmax(model(**batch).logits.float(), -1).numpy()

    serve(task, answer)


if __name__ == "__main__":
    main()
