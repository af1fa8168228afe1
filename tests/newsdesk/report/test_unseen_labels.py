import numpy as np

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
