"""tokenizer_config.json, as far as it decides ids in either layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError
from trainer.pretrained.files import read_object
from trainer.tokenizers.part import shown

TOKENIZER_CONFIG = "tokenizer_config.json"
# Hugging Face writes a number of 31 digits where a tokenizer knows no limit.
_NO_LIMIT = 10**9


@dataclass(frozen=True)
class Settings:
    """The keys of the file; none if there is no file.

    Attributes:
        path: the file.
        keys: its keys and values.
    """

    path: Path
    keys: Mapping[str, Any]

    @property
    def files(self) -> tuple[Path, ...]:
        """The file, if there is one."""
        return (self.path,) if self.keys else ()

    @property
    def longest(self) -> int | None:
        """How many tokens a text may have; None if the file does not say."""
        found = self.keys.get("model_max_length")
        if isinstance(found, int | float) and 0 < found < _NO_LIMIT:
            return int(found)
        return None

    def token(self, key: str) -> str | None:
        """Reads the text of a special token.

        Args:
            key: such as `pad_token`.

        Returns:
            The text; None if the file does not say.
        """
        found = self.keys.get(key)
        if isinstance(found, dict):
            found = found.get("content")
        return found if isinstance(found, str) else None

    def special(
        self,
        names: Sequence[str],
        first: Sequence[int],
        last: Sequence[int],
        unknown: str | None,
    ) -> dict[str, int]:
        """Finds the ids of the special tokens.

        Args:
            names: the tokens in the order of their ids.
            first: ids before a text.
            last: ids after a text.
            unknown: the model's token for what it does not know.

        Returns:
            Ids by the keys pad, unk, cls and sep, as far as anything names them.
        """
        ids = {name: number for number, name in enumerate(names)}
        texts = {
            key: self.token(f"{key}_token") for key in ("pad", "unk", "cls", "sep")
        }
        texts["unk"] = unknown or texts["unk"]
        if texts["pad"] not in ids:
            texts["pad"] = next((one for one in ("[PAD]", "<pad>") if one in ids), None)
        found = {key: ids[text] for key, text in texts.items() if text in ids}
        # What texts really get comes before what another file calls it.
        return found | {
            key: end[0] for key, end in (("cls", first), ("sep", last)) if len(end)
        }

    def check_agrees(self, key: str, value: Any, file: str) -> None:
        """Compares a setting with what another file says.

        Args:
            key: the setting.
            value: what the other file says.
            file: the other file.

        Raises:
            DataError: they differ.
        """
        if key in self.keys and self.keys[key] is not value:
            raise DataError(
                f"{self.path}: {key} is {shown(self.keys[key])}, but {file} beside it "
                f"means {shown(value)}; use files of one checkpoint"
            )


NONE = Settings(Path(), {})


def read(folder: Path) -> Settings:
    """Reads tokenizer_config.json.

    Args:
        folder: a checkpoint.

    Returns:
        Its settings.

    Raises:
        DataError: the file is not JSON, or names code of the checkpoint's own.
    """
    path = folder / TOKENIZER_CONFIG
    keys = read_object(path) if path.exists() or path.is_symlink() else {}
    if keys.get("auto_map"):
        raise DataError(
            f"{path}: auto_map names Python code of the checkpoint's own, which is "
            "never run; use a checkpoint without it"
        )
    return Settings(path, keys)
