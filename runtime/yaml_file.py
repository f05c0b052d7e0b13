"""Read a YAML file into plain data, with a line for everything that is wrong in it."""

import re
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import ConfigurationError

_LARGEST = 1_000_000
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def read_yaml(path: Path | str) -> dict[str, object]:
    """Return the mapping a YAML file holds; an empty file is an empty mapping.

    Raises ConfigurationError naming file and line for what is no YAML, for keys given twice, and
    for a file that is missing, unreadable or over 1 MB.
    """
    path = Path(path)
    return parse_yaml(_text(path), origin=str(path))


def parse_yaml(text: str, *, origin: str) -> dict[str, object]:
    """Return the mapping that YAML text holds; `origin` names the text in faults.

    Raises ConfigurationError like `read_yaml`.
    """
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        tree = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigurationError([f"{origin}, line {line}: {_problem(error)}"]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError([f"{origin}, line {line}: a character YAML forbids"]) from None
    # What explicit tags such as `!!int x` and absurd numbers make of PyYAML's constructors.
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError):
        raise ConfigurationError([f"{origin}: a value is not what its tag says"]) from None
    except RecursionError:
        raise ConfigurationError([f"{origin}: nested too deep"]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if loader.duplicates:
        raise ConfigurationError([f"{origin}, {fault}" for fault in loader.duplicates])
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigurationError([f"{origin}: must hold keys and values at the top"])
    return tree


class _Loader(yaml.SafeLoader):
    """The safe loader, noting keys given twice and leaving dates as text."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.duplicates: list[str] = []

    # Here, not when mappings are constructed: by then merge keys are mixed in.
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        first: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            name, line = (key.tag, key.value), key.start_mark.line + 1
            if name in first:
                self.duplicates.append(
                    f"line {line}: {key.value} is given a second time (first in line {first[name]})"
                )
            first.setdefault(name, line)
        return node


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigurationError([f"{path}: larger than {_LARGEST} bytes"])
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigurationError([f"{path}: {reason}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError([f"{path}: not UTF-8 text at byte {error.start}"]) from None


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Say what is wrong without quoting the file: the quoted piece may be a password."""
    problem = error.problem or error.context or "not valid YAML"
    return re.sub(r"'(?!<)[^']{2,}'", "'...'", problem)
