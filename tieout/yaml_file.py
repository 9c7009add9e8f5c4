"""YAML files that people write by hand: read exactly, validated, refused with file and key.

Used for definition sets (`tieout.definitions`) and for stewards' decisions (`tieout.decisions`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tieout.errors import DefinitionError

Text = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Strict(BaseModel):
    """No unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignOff(Strict):
    """Who agreed to what a file states, when, and where that is written down."""

    by: Text
    on: date
    reference: str = ""


class _Loader(yaml.SafeLoader):
    """YAML 1.2 manners: duplicate keys are errors, decimals exact, `on` and `NO` are text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the parent declares it so
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:bool"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _unique_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"key `{key}` is stated twice", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _exact_decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(loader.construct_scalar(node).replace("_", ""))


def _real_date(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            None, None, f"`{node.value}` is no date ({error})", node.start_mark
        ) from error


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _exact_decimal)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _real_date)


def read(file: Path, example: str = "definitions/standard.yml") -> dict[str, Any]:
    """The keys of one file.

    Args:
        file: YAML in UTF-8.
        example: a file of the same kind that is right, for who has written an empty one.

    Raises:
        DefinitionError: it cannot be read; the message gives line and column.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        # A bracket or quote that is not closed is noticed far behind it.
        began = error.context_mark
        if began and mark and began.line < mark.line and "block" not in str(error.context):
            at += f", in what begins in line {began.line + 1}"
        quote = "mapping values are not allowed" in str(error.problem)
        raise DefinitionError(
            f"Not valid YAML: {error.problem}.",
            where=f"{file}{at}",
            do=(
                "Put text that holds a colon and a space between quotes."
                if quote
                else "Correct the file there, or just before."
            ),
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, ArithmeticError) as error:
        raise DefinitionError(
            f"Cannot be read: {error}.", where=str(file), do="Save it as YAML in UTF-8."
        ) from error
    if not isinstance(content, dict):
        raise DefinitionError(
            "The file holds no keys.",
            where=str(file),
            do=f"State a definition (see {example}), or remove the file.",
        )
    return content


def _path(location: Sequence[int | str]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "(top)"


def explain(error: dict[str, Any], model: type[BaseModel]) -> str:
    """One line for one pydantic error: path of the key, what is wrong, what is allowed."""
    path, kind, context = _path(error["loc"]), error["type"], error.get("ctx", {})
    given = f" (got {error['input']!r})" if not isinstance(error["input"], dict | list) else ""
    if kind == "extra_forbidden":
        allowed = _allowed_keys(model, error["loc"][:-1])
        return f"{path}: unknown key; allowed here: {', '.join(allowed)}"
    if kind == "missing":
        return f"{path}: is required and missing"
    if kind == "literal_error":
        return f"{path}: must be one of {context['expected']}{given}"
    if kind == "value_error":
        return f"{path}: {context['error']}"
    return f"{path}: {error['msg'][0].lower()}{error['msg'][1:]}{given}"


def _allowed_keys(model: type[BaseModel], location: Iterable[int | str]) -> list[str]:
    """The keys that the model knows at a place, found by walking its annotations."""
    current: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, int) or current is None:
            continue
        current = _model_in(current.model_fields[part].annotation)
    fields = current.model_fields.items() if current else ()
    return sorted(field.alias or name for name, field in fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None


M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], content: dict[str, Any], file: Path) -> M:
    """The content of a file as a model.

    Raises:
        DefinitionError: with every key that is wrong, and what is allowed there.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = [explain(dict(problem), model) for problem in error.errors()]
        raise refused(file, problems) from error


def refused(file: Path, problems: Sequence[str]) -> DefinitionError:
    """The error that lists what is wrong in a file, one line each."""
    listed = "\n".join(f"    {problem}" for problem in problems)
    return DefinitionError(
        f"The definition file is not valid:\n{listed}",
        where=str(file),
        do="Correct the keys named above; definitions/README.md lists every key and its range.",
    )


def digest_of(content: object) -> str:
    """sha256 over sorted, compact JSON: equal meaning, equal digest."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
