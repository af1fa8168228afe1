"""PyTorch's side of benchmarks/rounding.py: the same weights in both precisions."""

import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

_MAX_LENGTH = 128


class Classifier(torch.nn.Module):
    """Our classifier in PyTorch: an encoder, an average over tokens, and a head."""

    def __init__(self, weights: str, head: int, classes: int) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(weights)
        self.encoder = AutoModel.from_config(config, add_pooling_layer=False)
        self.head = torch.nn.Linear(config.hidden_size, head)
        self.logits = torch.nn.Linear(head, classes)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **more: object
    ) -> torch.Tensor:
        """Computes the probabilities, float32 [batch, classes]."""
        given = {"input_ids": input_ids, "attention_mask": attention_mask}
        hidden = self.encoder(**given).last_hidden_state
        mask = attention_mask[:, :, None].to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        logits = self.logits(torch.relu(self.head(mean)))
        return torch.softmax(logits.float(), -1)


def main() -> None:
    """Answers with the checkpoint, the folder and the batches of the command line."""
    weights, name, *sizes = sys.argv[1:]
    folder = Path(name)
    texts = (folder / "texts.txt").read_text().split("\0")
    tokenizer = AutoTokenizer.from_pretrained(weights)
    values = np.load(folder / "weights.npz")
    model = Classifier(weights, *values["logits.weight"].shape[::-1]).eval()
    found = {key: torch.tensor(values[key]) for key in values.files}
    missing, unknown = model.load_state_dict(found, strict=False)
    # The pooler of the checkpoint is not used.
    unknown = [key for key in unknown if "pooler" not in key]
    assert not missing and not unknown, (missing, unknown)
    answers: dict[str, dict[str, np.ndarray]] = {size: {} for size in sizes}
    for dtype in (torch.float32, torch.bfloat16):
        model.to(dtype)
        for size in sizes:
            batches = []
            for first in range(0, len(texts), int(size)):
                batch = tokenizer(
                    texts[first : first + int(size)],
                    padding=True,
                    truncation=True,
                    max_length=_MAX_LENGTH,
                    return_tensors="pt",
                )
                with torch.inference_mode():
                    batches.append(model(**batch).numpy())
            answers[size][str(dtype).removeprefix("torch.")] = np.concatenate(batches)
    for size, pair in answers.items():
        np.savez(folder / f"answers-{size}.npz", **pair)


if __name__ == "__main__":
    main()
