"""The lane follows from the C library, the wish and the Pythons at hand."""

import pytest

from interpreters import Interpreter
from lane import InstallError, choose_lane

OLD, NEW = (2, 36), (2, 39)


def pythons(*versions, headers=True):
    """A `get` that has these versions and remembers what it was asked for."""

    def get(version):
        get.asked.append(version)
        if version in versions:
            return Interpreter(version, f"/opt/python{version}", headers)
        return None

    get.asked = []
    return get


@pytest.mark.parametrize(
    ("glibc", "wanted", "versions", "lane"),
    [
        (NEW, "", ("3.10", "3.11"), "current"),
        (NEW, "", ("3.11",), "current"),
        (NEW, "", ("3.10",), "compatibility"),
        ((3, 0), "", ("3.11",), "current"),
        (OLD, "", ("3.10", "3.11"), "compatibility"),
        ((2, 31), "", ("3.10",), "compatibility"),
        (NEW, "compatibility", ("3.10", "3.11"), "compatibility"),
        (NEW, "current", ("3.10", "3.11"), "current"),
    ],
)
def test_lane_is_the_newest_that_fits(glibc, wanted, versions, lane):
    chosen, python = choose_lane(glibc, wanted, pythons(*versions))
    assert chosen == lane
    assert python.version == {"current": "3.11", "compatibility": "3.10"}[lane]


def test_old_library_never_asks_for_the_python_of_the_current_lane():
    get = pythons("3.10", "3.11")
    choose_lane(OLD, "", get)
    assert get.asked == ["3.10"]


@pytest.mark.parametrize(
    ("glibc", "wanted", "versions", "message"),
    [
        (OLD, "", ("3.11",), r"no complete Python 3\.10 .*pyenv install 3\.10"),
        (NEW, "", (), r"no complete Python 3\.11 or 3\.10 .*pyenv install 3\.10"),
        (NEW, "current", ("3.10",), r"no complete Python 3\.11 .*install 3\.11"),
        (OLD, "current", ("3.11",), r"current lane needs glibc 2\.39 .*2\.36; use"),
        ((2, 28), "", ("3.10",), r"Newsdesk needs glibc 2\.31 .*2\.28; use"),
        (None, "", ("3.10",), "another C library; use"),
        (NEW, "newest", ("3.10",), "not a lane; allowed: current, compatibility"),
    ],
)
def test_what_is_missing_is_one_line_with_a_remedy(glibc, wanted, versions, message):
    with pytest.raises(InstallError, match=message) as raised:
        choose_lane(glibc, wanted, pythons(*versions))
    assert "\n" not in str(raised.value)


def test_python_without_headers_is_named_with_the_remedy():
    with pytest.raises(
        InstallError, match=r"/opt/python3\.10 has no .*python3\.10-dev"
    ):
        choose_lane(OLD, "", pythons("3.10", headers=False))
