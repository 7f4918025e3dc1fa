"""The text of a config, looked at before anything is made of it: no nests, no names that multiply."""

from pathlib import Path
from typing import Any

import yaml

from lca.errors import UserError

LARGEST = 1 << 20
"""Characters."""
DEEPEST = 16
"""Mappings and lists in each other; ours need four."""
SECTIONS = ("model", "data", "trainer")


def check_config_file(path: str | Path) -> None:
    """Raises: UserError: no such file, or not a plain YAML file of a config's size."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"expected a config, got no such file: {path}; the shipped ones are in configs/")
    if path.stat().st_size > LARGEST:
        raise UserError(f"expected a config of at most {LARGEST} bytes, got {path.stat().st_size}: {path}")
    try:
        text = path.read_text()
    except UnicodeDecodeError as error:
        raise UserError(f"expected a config in UTF-8, got another file: {path}") from error
    values = config_values(text, str(path))
    if not isinstance(values, dict):
        raise UserError(f"expected a config of {', '.join(SECTIONS)}, got something else in {path}")
    for section in SECTIONS:
        if not isinstance(values.get(section, {}), dict):
            raise UserError(f"expected {section}: with keys of its own, got {str(values[section])[:80]!r} in {path}")


def check_override(option: str) -> None:
    """`--section.key=value`. Raises: UserError: as above."""
    name, _, value = option.partition("=")
    values = config_values(value, option[:80])
    if name.removeprefix("--") in SECTIONS and not isinstance(values, dict):
        raise UserError(f"expected {name}.KEY=VALUE, got {option[:80]}")


def config_values(text: str, where: str) -> Any:
    """What the text says. Aliases (`*name`) can stand for more than a memory holds, and deep nests for more than a stack.

    Raises:
        UserError: there are such, or the text is no YAML; `where` says which text.
    """
    depth = 0
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise UserError(
                    f"expected a config without aliases, got *{event.anchor} in {where}: write the value out"
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise UserError(f"expected at most {DEEPEST} levels in a config, got more in {where}")
        return yaml.safe_load(text)
    except UserError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(f"expected a config in YAML, got something else in {where}: {error}") from error
