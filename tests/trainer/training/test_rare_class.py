"""A class with few rows is found, with the settings that the user has by default."""

from pathlib import Path

import numpy as np
import pytest
import tf_keras

from newsdesk.config.model import Model
from newsdesk.config.train import Optimizer, Train
from trainer.data.transformed import Rows, in_content_order
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training.checkpoints import Checkpoints
from trainer.training.loop import Loop
from trainer.training.objective import Objective, class_weights
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

_WORDS = 2000
_WORDS_OF_SPAM = np.arange(_WORDS, _WORDS + 5)


def mail(seed: int, rows: int) -> Rows:
    """Rows of 8 to 24 words; one in 50 is spam and has one to three words of spam."""
    random = np.random.default_rng(seed)
    often = 1 / np.arange(1, _WORDS + 1)
    labels = (random.random(rows) < 0.02).astype(np.int32)
    texts = []
    for is_spam in labels:
        text = random.choice(_WORDS, random.integers(8, 25), p=often / often.sum())
        if is_spam:
            chosen = random.permutation(len(text))[: random.integers(1, 4)]
            text[chosen] = random.choice(_WORDS_OF_SPAM, len(chosen))
        texts.append(text + 2)
    return in_content_order(
        ids=np.concatenate(texts).astype(np.int32),
        lengths=np.array([len(text) for text in texts]),
        labels=labels,
        keys=np.arange(rows),
    )


@pytest.mark.slow
def test_a_model_finds_two_percent_of_spam(tmp_path: Path) -> None:
    rows, eval_rows, tested = mail(1, 4000), mail(2, 500), mail(3, 2000)
    train, rate = Train(), Optimizer()
    tf_keras.utils.set_random_seed(train.seed)
    model = Classifier(Model(), _WORDS + 7, max_length=32, classes=2)
    steps = optimizer.count_steps(len(rows), train, rate)
    weights = class_weights(train, ["ham", "spam"], rows.labels)
    adamw = optimizer.build(rate, steps)
    loop = Loop(model, adamw, train, steps, Objective(weights, 0.0))
    progress = Progress(str(tmp_path / "events"))
    loop.fit(rows, eval_rows, progress, Checkpoints(tmp_path), Stop())
    batch = tested.take(np.arange(len(tested)))
    is_spam = np.argmax(model(batch.inputs), 1) == 1

    assert np.mean(is_spam[batch.labels == 1]) > 0.8
    assert np.mean(is_spam[batch.labels == 0]) < 0.1
