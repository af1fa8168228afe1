import zlib

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.naive_bayes import MultinomialNB

from newsdesk.report import unseen_labels


def test_words_predict_the_label_of_other_rows() -> None:
    texts = [f"the match {row} ended" for row in range(20)]
    texts += [f"the share {row} fell" for row in range(20)]
    label = np.repeat([0, 1], 20)

    found = unseen_labels.probabilities(texts, label, 2)

    assert (found.argmax(1) == label).all()
    assert np.allclose(found.sum(1), 1)


def test_a_row_is_not_predicted_from_its_own_text() -> None:
    label = np.array([0] * 10 + [1])
    texts = [f"match {row}" for row in range(10)] + ["match 3"]

    found = unseen_labels.probabilities(texts, label, 2)

    assert (found[3] == found[10]).all()


def test_texts_without_spaces_have_words() -> None:
    texts = [f"昨晚的比赛{row}球队赢得了冠军" for row in range(20)]
    texts += [f"今天的股票{row}市场大幅下跌了" for row in range(20)]
    label = np.repeat([0, 1], 20)

    assert (unseen_labels.probabilities(texts, label, 2).argmax(1) == label).all()


def test_a_class_without_rows_has_no_probability() -> None:
    texts = [f"match {row}" for row in range(10)]

    found = unseen_labels.probabilities(texts, np.array([0, 2] * 5), 3)

    assert (found[:, 1] == 0).all()


def test_rows_that_share_no_word_get_any_answer() -> None:
    texts = ["alpha", "beta", "gamma", "delta", "..."]

    found = unseen_labels.probabilities(texts, np.array([0, 1, 0, 1, 0]), 2)

    assert np.allclose(found.sum(1), 1)


def test_a_single_row_has_equal_probabilities() -> None:
    found = unseen_labels.probabilities(["alpha"], np.array([0]), 2)

    assert found.tolist() == [[0.5, 0.5]]


def test_values_are_those_of_scikit_learn() -> None:
    texts = [f"The match {row} ended {'late ' * (row % 7)}" for row in range(40)]
    texts += [f"a share {row} fell, {row % 5} fell" for row in range(40)]
    label = np.repeat([0, 2], 40)

    found = unseen_labels.probabilities(texts, label, 3)

    hashing = HashingVectorizer(
        token_pattern=r"\w+", n_features=2**18, alternate_sign=False, norm=None
    )
    counts = hashing.transform(texts)
    several = np.flatnonzero(np.bincount(counts.indices, minlength=2**18) > 1)
    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, several])
    fold = np.array([zlib.crc32(text.encode()) % 5 for text in texts])
    for number in range(5):
        tested = fold == number
        fitted = MultinomialNB(alpha=0.3).fit(weighed[~tested], label[~tested])
        expected = fitted.predict_proba(weighed[tested])
        assert (found[tested][:, [0, 2]] == expected).all()
