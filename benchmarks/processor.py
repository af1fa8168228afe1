"""Names the kind of processor, because a ratio of one kind does not hold on others."""

import platform
import re
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_FAMILIES = ("AMD EPYC", "AMD Ryzen", "Intel Xeon", "Intel Core")
# By flag of the kernel, the units that decide how fast matrix products are; the first
# that the processor has names it.
_UNITS = {
    "amx_bf16": "AMX",
    "avx512_bf16": "AVX512-BF16",
    "bf16": "BF16",
    "avx512f": "AVX512 and no BF16",
    "avx2": "AVX2",
}


def processor(cpuinfo: str | None = None) -> str:
    """Names the kind of processor.

    Args:
        cpuinfo: text of /proc/cpuinfo; read from there by default.

    Returns:
        Family and the unit for matrix products, such as "Intel Xeon with AMX".
    """
    text = _CPUINFO.read_text() if cpuinfo is None else cpuinfo
    model = _field(text, "model name") or platform.machine()
    # "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", "AMD EPYC 9B14 64-Core Processor"
    plain = re.sub(r"\((R|TM)\)", "", model)
    family = next((one for one in _FAMILIES if plain.startswith(one)), plain)
    # ARM calls its flags features.
    flags = (_field(text, "flags") or _field(text, "Features")).split()
    unit = next((unit for flag, unit in _UNITS.items() if flag in flags), "")
    return f"{family} with {unit}" if unit else family


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*: (.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""
