"""Pieces that are learned from texts: the sample, the trainer, the graph."""

import random
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_transform as tft

from trainer.text import learned_pieces, tokenizer
from trainer.text.learned_pieces import SAMPLE_CHARACTERS, Sample, names, train

CHINESE = ["教练冠军球员比赛", "利润银行基金税收", "球员冠军", "银行利润"] * 5


def test_the_same_texts_give_the_same_model() -> None:
    assert train(CHINESE, 400, True) == train(CHINESE, 400, True)


def test_no_text_is_unknown() -> None:
    model = train(CHINESE, 400, True)
    cutter = learned_pieces.tokenizer_of(model)
    ids = cutter.tokenize(["球员", "\U0001f600", "Ünknown", "\x00", ""]).to_list()

    assert names(model)[:3] == ["<pad>", "<unk>", "<0x00>"]
    assert all(tokenizer.UNKNOWN_ID not in row for row in ids)
    assert len(ids[0]) < len(ids[1]) == 5
    assert ids[4] == []


@pytest.mark.parametrize(
    "texts", [[], ["", "  "], ["!"], ["a"], ["".join(map(chr, range(0x4E00, 0x5E00)))]]
)
def test_few_texts_and_many_characters_are_enough(texts: list[str]) -> None:
    assert 258 < len(names(train(texts, 300, True))) <= 300


def test_few_texts_give_few_pieces() -> None:
    few = len(names(train(CHINESE, 20_000, True)))

    assert few < 258 + 16 + sum(map(len, CHINESE)) // 50 + 2


@pytest.mark.parametrize(("lower_case", "alike"), [(True, True), (False, False)])
def test_case_is_folded_when_it_is_asked_for(lower_case: bool, alike: bool) -> None:
    cutter = learned_pieces.tokenizer_of(train(["Oil oil"] * 9, 400, lower_case))
    upper, lower = cutter.tokenize(["OIL", "oil"]).to_list()

    assert (upper == lower) is alike


def test_a_sample_does_not_depend_on_order_or_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learned_pieces, "SAMPLE_ROWS", 20)
    texts = [f"text {number}".encode() for number in range(100)] * 2
    samples = []
    for seed in range(2):
        combine = Sample()
        parts: list[Any] = [combine.create_accumulator() for _ in range(3)]
        for place, text in enumerate(random.Random(seed).sample(texts, len(texts))):
            parts[place % 3] = combine.add_input(parts[place % 3], text)
        samples.append(combine.extract_output(combine.merge_accumulators(parts)))

    assert samples[0] == samples[1]
    assert len(set(samples[0])) == 20


def test_a_sample_has_the_beginnings_of_long_texts_and_of_broken_ones() -> None:
    combine = Sample()
    kept = combine.add_input(combine.create_accumulator(), b"\xff" + b"a" * 10**6)

    (text,) = combine.extract_output(kept)
    assert text == "\ufffd" + "a" * (SAMPLE_CHARACTERS - 1)


@pytest.mark.slow
def test_learned_pieces_travel_in_the_transform_graph(
    transform: Any, tmp_path: Path
) -> None:
    texts = ["教练冠军球员比赛", "球员冠军", "", "\U0001f600 冠军"]
    rows = [{"text": text, "label": 0} for text in texts]
    settings = {"tokenizer": "pieces", "max_length": 6}

    found = transform(tmp_path / "graph", rows, settings)

    output = tft.TFTransformOutput(str(tmp_path / "graph"))
    lines = Path(tokenizer.vocabulary_file(output)).read_text().splitlines()
    learned = names(train(Sample().extract_output(_kept(texts)), 20_000, True))
    assert lines == learned
    ids = [row["input_ids"] for row in found[:4]]
    assert ids[2] == [tokenizer.UNKNOWN_ID]
    assert "".join(lines[i] for i in ids[1]).replace("▁", "") == "球员冠军"
    assert len(ids[3]) == 6  # a mark, four bytes, and another mark
    layer = output.transform_features_layer()
    served = layer({"text": tf.constant([["球员冠军"]])})["input_ids"]
    assert served.values.numpy().tolist() == ids[1]


def _kept(texts: list[str]) -> dict[bytes, str]:
    combine = Sample()
    kept = combine.create_accumulator()
    for text in texts:
        kept = combine.add_input(kept, text.encode())
    return kept
