"""A version is replaced between two requests, and then dropped."""

import threading

from pipeline.serve.in_service import InService, State
from tests.support.served import stand_in


def test_a_request_that_has_begun_keeps_its_version() -> None:
    closed: list[int] = []
    model = InService("news", stand_in(1, closed))
    begun, go_on = threading.Event(), threading.Event()

    def slow(loaded: object) -> tuple[int, list[int]]:
        begun.set()
        assert go_on.wait(60)
        return model.loaded.version, list(closed)

    first = model.use(slow)
    assert begun.wait(60)
    replacing = threading.Thread(target=model.replace, args=[stand_in(2, closed)])
    replacing.start()
    go_on.set()
    assert first.result(60) == (1, [])
    replacing.join(60)
    assert closed == [1]
    assert model.use(lambda loaded: loaded.version).result(60) == 2
    assert model.answered == 2
    model.close()
    assert closed == [1, 2]


def test_every_request_in_the_queue_is_answered_while_versions_change() -> None:
    model = InService("news", stand_in(0))
    answers = []
    for version in range(1, 6):
        answers += [model.use(lambda loaded: loaded.version) for _ in range(50)]
        model.replace(stand_in(version))
    found = [answer.result(60) for answer in answers]
    assert found == sorted(found) and len(found) == 250
    model.close()


def test_states_of_versions() -> None:
    model = InService("news", stand_in(5))
    model.note(6, State("LOADING"))
    assert model.states() == {6: State("LOADING"), 5: State("AVAILABLE")}
    model.note(6, State("END", "is damaged"))
    assert model.states()[6].error == "is damaged"
    model.replace(stand_in(7))
    assert model.states() == {7: State("AVAILABLE")}
    model.close()
