"""Requests to the Telegram fake, held against the published contract: what is required, and of which type.

What the contract does not know is recorded as a warning, as the real API ignores it; a wrong type is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.serving import Json, Upload

Check = Callable[[Any, str, list[str]], Any]
"""Value, where it stands, warnings to add to: the value as the API understands it. Raises ApiError."""

PREFIXES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
# What the server says about these when they are missing; the others by their name.
MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty", "photo": "there is no photo in the request"}


class ApiError(Exception):
    """The API says no. `description` without the words of the code, which come first: «Bad Request: »."""

    def __init__(self, description: str = "", code: int = 400, retry_after: int | None = None) -> None:
        self.code, self.retry_after = code, retry_after
        prefix = PREFIXES.get(code, "Error")
        self.description = f"{prefix}: {description}" if description else prefix
        super().__init__(self.description)

    def answer(self) -> tuple[int, Json]:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return self.code, body | ({"parameters": {"retry_after": self.retry_after}} if self.retry_after else {})


@dataclass(frozen=True)
class _Field:
    name: str
    check: Check
    required: bool
    structured: bool  # an object or a list: a form carries it as JSON


@dataclass(frozen=True)
class Method:
    """A method by its proper name; callers may write it in any case."""

    name: str
    fields: Mapping[str, _Field]


class Contract:
    """The published methods. `updates`: every kind of update there is."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_bytes())
        self.updates: tuple[str, ...] = tuple(data["updates"])
        self._objects: dict[str, Mapping[str, _Field]] = {}
        for name in data["types"]:
            self._objects[name] = {}
        for name, fields in data["types"].items():
            self._objects[name] = self._fields(fields)
        self._methods = {name.lower(): Method(name, self._fields(fields)) for name, fields in data["methods"].items()}

    def method(self, name: str) -> Method:
        """The method of this name in any case. Raises ApiError."""
        if method := self._methods.get(name.lower()):
            return method
        raise ApiError("method not found", 404)

    def read(self, method: Method, given: Json) -> tuple[Json, list[str]]:
        """The parameters as the API understands them, and what it ignored. Raises ApiError."""
        values: Json = {}
        attached = {value.removeprefix("attach://") for value in given.values() if isinstance(value, str) and value.startswith("attach://")}
        warnings = [f"unknown parameter {name}" for name in given if name not in method.fields and name not in attached]
        for name, field in method.fields.items():
            if name in given:
                value = _from_form(given[name], name) if field.structured else given[name]
                if field.check is _file and str(value).startswith("attach://"):
                    value = given.get(value.removeprefix("attach://"))
                values[name] = field.check(value, name, warnings)
            elif field.required:
                raise ApiError(MISSING.get(name, f'parameter "{name}" is required'))
        return values, warnings

    def _fields(self, fields: Json) -> Mapping[str, _Field]:
        return {name: self._field(name, field["types"], required=field["required"]) for name, field in fields.items()}

    def _field(self, name: str, types: Sequence[str], *, required: bool) -> _Field:
        structured = not set(types) <= {"Integer", "String", "Float", "Boolean", "InputFile"}
        return _Field(name, self._check(types), required, structured)

    def _check(self, types: Sequence[str]) -> Check:
        if "InputFile" in types:
            return _file
        if set(types) == {"Integer", "String"}:
            return _chat
        if types[0] in SCALARS:
            return SCALARS[types[0]]
        if types[0].startswith("Array of "):
            return _array(self._check([types[0].removeprefix("Array of ")]))
        return self._object(types)

    def _object(self, types: Sequence[str]) -> Check:
        """One of several objects, told apart by what they require; one that the contract does not describe is any object."""

        def check(value: Any, where: str, warnings: list[str]) -> Any:
            if types == ["KeyboardButton"] and isinstance(value, str):
                value = {"text": value}
            if not isinstance(value, dict):
                raise ApiError("object expected as reply markup" if where == "reply_markup" else f"can't parse {where}: expected an Object")
            known = [self._objects[name] for name in types if name in self._objects]
            if not known:
                return value
            fields = next((each for each in known if _complete(each, value)), known[0])
            return _read_object(fields, value, where, warnings)

        return check


def _complete(fields: Mapping[str, _Field], value: Json) -> bool:
    return all(name in value for name, field in fields.items() if field.required)


def _read_object(fields: Mapping[str, _Field], value: Json, where: str, warnings: list[str]) -> Json:
    for name, field in fields.items():
        if field.required and name not in value:
            raise ApiError(f"can't parse {where}: Can't find field \"{name}\"")
    read: Json = {}
    for name, each in value.items():
        if (known := fields.get(name)) is None:
            warnings.append(f"unknown field {where}.{name}")
        else:
            read[name] = known.check(each, f"{where}.{name}", warnings)
    return read


def _from_form(value: Any, where: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ApiError(f"can't parse {where} JSON object") from None


def _wrong(where: str, kind: str) -> ApiError:
    return ApiError(f'can\'t parse parameters: Field "{where}" must be of type {kind}')


def _integer(value: Any, where: str, _: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    raise _wrong(where, "Number")


def _float(value: Any, where: str, _: list[str]) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise _wrong(where, "Number") from None


def _string(value: Any, where: str, warnings: list[str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        warnings.append(f"a number where a text is expected: {where}")
        return str(value)
    raise _wrong(where, "String")


def _boolean(value: Any, where: str, _: list[str]) -> bool:
    if str(value).lower() in {"true", "1", "yes", "false", "0", "no"}:
        return str(value).lower() in {"true", "1", "yes"}
    raise _wrong(where, "Boolean")


def _chat(value: Any, where: str, _: list[str]) -> int | str:
    """A chat is named by number or by @name."""
    if value == "":
        raise ApiError("chat_id is empty")
    if isinstance(value, str) and not value.removeprefix("-").isdecimal():
        return value
    return _integer(value, where, _)


def _file(value: Any, where: str, _: list[str]) -> Upload | str:
    """A file, or the text that names one; an empty one is none."""
    if isinstance(value, Upload | str) and value:
        return value
    raise ApiError(MISSING.get(where, f"there is no {where} in the request"))


def _array(check: Check) -> Check:
    def check_all(value: Any, where: str, warnings: list[str]) -> list[Any]:
        if not isinstance(value, list):
            raise ApiError(f"can't parse {where}: expected an Array")
        return [check(each, where, warnings) for each in value]

    return check_all


SCALARS: dict[str, Check] = {"Integer": _integer, "Float": _float, "String": _string, "Boolean": _boolean}
CONTRACT = Contract(Path(__file__).with_name("telegram_contract.json"))
