"""The competitor: transformers' Trainer with PyTorch, batches by length."""

import tempfile
from typing import Any

import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from benchmarks.race import Pace, Task, report


class Paced(TrainerCallback):
    """Waits between rounds.

    Args:
        rows: of a batch.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._pace = Pace()

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Waits for the first round."""
        self._pace.before_training()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Counts a step; with a GPU, waits for its end."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self._pace.after_step(self._rows)


def main() -> None:
    """Trains as the task says."""
    task = Task.from_command_line()
    tokenizer = AutoTokenizer.from_pretrained(task.weights)
    trainer = Trainer(
        model=AutoModelForSequenceClassification.from_pretrained(
            task.weights, num_labels=4
        ),
        args=_arguments(task),
        train_dataset=_dataset(task, tokenizer, "train"),
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
        callbacks=[] if task.whole else [Paced(task.batch_size)],
    )
    trainer.train()
    test = _dataset(task, tokenizer, "test")
    # Labels come from the output, because the sampler also sorts these rows by length.
    output = trainer.predict(test)
    right = output.predictions.argmax(1) == output.label_ids
    trainer.save_model()
    report(accuracy=float(right.mean()))


def _arguments(task: Task) -> TrainingArguments:
    return TrainingArguments(
        output_dir=tempfile.mkdtemp(prefix="newsdesk-benchmark-"),
        use_cpu=not torch.cuda.is_available(),
        bf16=task.way == "torch",
        train_sampling_strategy="group_by_length",
        per_device_train_batch_size=task.batch_size,
        per_device_eval_batch_size=task.batch_size,
        # In rounds, it trains until no other round is requested.
        num_train_epochs=1 if task.whole else 100,
        learning_rate=task.learning_rate,
        warmup_steps=task.warmup,
        lr_scheduler_type="linear",
        seed=task.seed,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _dataset(task: Task, tokenizer: Any, split: str) -> list[dict[str, Any]]:
    texts, labels = task.rows(split)
    ids = tokenizer(texts, truncation=True, max_length=task.max_length)["input_ids"]
    return [
        {"input_ids": row, "labels": label}
        for row, label in zip(ids, labels, strict=True)
    ]


if __name__ == "__main__":
    main()
