"""The kind of processor that a table names."""

import pytest

from benchmarks.processor import processor


@pytest.mark.parametrize(
    ("model", "flags", "kind"),
    [
        (
            "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz",
            "avx2 avx512f avx512_bf16 amx_bf16 amx_tile",
            "Intel Xeon with AMX",
        ),
        (
            "Intel(R) Xeon(R) Processor",
            "avx512f avx2",
            "Intel Xeon with AVX512 and no BF16",
        ),
        (
            "AMD EPYC 9B14 64-Core Processor",
            "avx2 avx512f avx512_bf16",
            "AMD EPYC with AVX512-BF16",
        ),
        ("AMD EPYC 7B13", "sse avx avx2", "AMD EPYC with AVX2"),
        ("VIA Nano", "sse", "VIA Nano"),
    ],
)
def test_the_unit_for_products_tells_processors_apart(
    model: str, flags: str, kind: str
) -> None:
    assert (
        processor(f"processor\t: 0\nmodel name\t: {model}\nflags\t\t: {flags}\n")
        == kind
    )


def test_a_processor_without_a_model_name_has_its_architecture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")

    assert (
        processor("processor\t: 0\nFeatures\t: fp asimd bf16\n") == "aarch64 with BF16"
    )
