"""What is landed from a system, read from `sources/<system>.yml` and validated."""

from __future__ import annotations

import codecs
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingestion.names import match_key
from tieout.errors import InputError

SOURCES = Path(__file__).resolve().parent / "sources"

ColumnType = Literal[
    "sf_id",
    "id",
    "text",
    "label",
    "currency_code",
    "boolean",
    "integer",
    "money",
    "price",
    "quantity",
    "percent",
    "rate",
    "date",
    "timestamp",
]

SQL_TYPES: dict[str, str] = {
    "sf_id": "VARCHAR",
    "id": "VARCHAR",
    "text": "VARCHAR",
    "label": "VARCHAR",
    "currency_code": "VARCHAR",
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "money": "DECIMAL(28,4)",
    "price": "DECIMAL(28,8)",
    "quantity": "DECIMAL(28,8)",
    "percent": "DECIMAL(28,8)",
    "rate": "DECIMAL(28,12)",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}

Name = Annotated[str, Field(pattern=r"^_?[a-z][a-z0-9]*(_[a-z0-9]+)*$")]


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(f"no encoding of this name: {name}") from error
    return name


Encoding = Annotated[str, AfterValidator(_known_encoding)]


def _known_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone of this name: {name}")
    return name


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One declared column. `required`: in every file, and empty in no row."""

    name: Name
    type: ColumnType
    description: str
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The column's type in the raw table."""
        return SQL_TYPES[self.type]


class Formats(_Strict):
    """How dates and numbers are written in a system's text files."""

    date: tuple[str, ...] = ("%Y-%m-%d",)
    timestamp: tuple[str, ...] = ("iso",)
    decimal_separator: str = Field(default=".", min_length=1, max_length=1)
    thousands_separator: str = Field(default="", max_length=1)


class ObjectApi(_Strict):
    """How an object is fetched from the vendor's API; see `ingestion/fetch`.

    Attributes:
        fetched: whether it is fetched at all.
        name: the vendor's name for it there; `vendor_name` when None.
        mode: `query`: by pages; `bulk`: by a job; `auto`: by the number of rows.
        cursor: the vendor's field that tells when a row was last changed; else the first declared
            cursor that the vendor has.
        look_back: minutes before the greatest landed cursor that are read again.
        page_size: rows a page.
        optional: a company need not have it.
        where: a condition in the vendor's language that every row meets.
        parent: the object whose rows these belong to, by the first key column: when a parent has
            changed, its rows that are no longer there are deleted.
    """

    fetched: bool = True
    name: str | None = None
    mode: Literal["auto", "query", "bulk"] = "auto"
    cursor: str | None = None
    look_back: int | None = Field(default=None, ge=0)
    page_size: int | None = Field(default=None, gt=0)
    optional: bool = False
    where: str | None = None
    parent: str | None = None


class SystemApi(_Strict):
    """How a system's API is used.

    Attributes:
        version: of the API, as the vendor writes it.
        look_back: minutes before the greatest landed cursor that are read again: a change becomes
            visible when its transaction ends, with the time at which it was made.
        page_size: rows a page.
        bulk_page_size: rows of one piece of a job's result.
        bulk_from: rows from which an object in mode `auto` is fetched by a job.
        concurrency: requests under way at the same time.
        timeout: seconds to wait for an answer, and between two pieces of it.
        calls: requests that one fetch may make.
        share: of the company's own limit of calls, all programs together, from which a fetch stops.
        time_zone: of stamps, where the vendor shows them in the local time of the API's user.
    """

    version: str = ""
    look_back: int = Field(default=60, ge=0)
    page_size: int = Field(default=2000, gt=0)
    bulk_page_size: int = Field(default=50000, gt=0)
    bulk_from: int = Field(default=10000, ge=0)
    concurrency: int = Field(default=4, gt=0)
    timeout: float = Field(default=120, gt=0)
    calls: int = Field(default=5000, gt=0)
    share: float = Field(default=0.9, gt=0, le=1)
    time_zone: TimeZone = "UTC"


class ObjectSpec(_Strict):
    """One object of a system: an export of its own, a raw table of its own."""

    name: Name
    vendor_name: str
    description: str
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...]
    cursor: tuple[str, ...] = ()
    extract: Literal["full", "incremental"] = "full"
    aliases: tuple[str, ...] = ()
    encoding: Encoding | None = None
    unused_when_column: str | None = None
    formats: Formats | None = None
    api: ObjectApi = ObjectApi()

    @model_validator(mode="after")
    def _names_are_known(self) -> ObjectSpec:
        names = [column.name for column in self.columns]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{self.name}: declared twice: {sorted(twice)}")
        unknown = {*self.key, *self.cursor} - set(names)
        if unknown:
            raise ValueError(f"{self.name}: key or cursor not among the columns: {sorted(unknown)}")
        return self

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that every file must have."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        return next(column for column in self.columns if column.name == name)


CONTROL_TOTAL = ObjectSpec(
    name="control_total",
    vendor_name="control_totals",
    api=ObjectApi(fetched=False),
    aliases=("control_totals",),
    description="What the source's own reports say; an optional file.",
    key=("object", "measure", "entity", "currency", "period"),
    formats=Formats(date=("%Y-%m-%d", "%Y-%m", "%m/%d/%Y")),
    columns=(
        Column(name="object", type="text", required=True, description="Object that is totalled"),
        Column(
            name="measure",
            type="text",
            required=True,
            description=(
                "What is totalled: `bookings`, `orders`, `billings`, `revenue`, `cash`, each by"
                " entity, currency and period; `trial_balance_<account number>`; of an object"
                " `row_count` (rows of this extract), `current_row_count` (rows now alive there)"
                " and `sum_<column>`, the sum of an amount, price or quantity over all of its rows,"
                " with entity, currency and period empty"
            ),
        ),
        Column(name="entity", type="label", description="Legal entity, empty for all"),
        Column(name="currency", type="label", description="Currency, ISO 4217, empty for none"),
        Column(
            name="period",
            type="date",
            description="First day of the accounting month, empty for the whole extract",
        ),
        Column(name="value", type="money", required=True, description="The total"),
    ),
)


class SystemSpec(_Strict):
    """One source system."""

    system: Name
    title: str
    description: str
    encoding: Encoding = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    formats: Formats = Formats()
    money_limit: int = Field(default=10**15, gt=0)
    extra_currency_codes: tuple[str, ...] = ()
    custom_columns: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    active_column: str | None = None
    minimum_share: float = Field(default=0.8, ge=0, le=1)
    api: SystemApi | None = None
    objects: dict[str, ObjectSpec]
    unused: dict[str, str] = {}

    @property
    def dataset(self) -> str:
        """Schema of the raw tables."""
        return f"raw_{self.system}"

    def formats_of(self, spec: ObjectSpec) -> Formats:
        """Formats of an object: its own, else the system's."""
        return spec.formats or self.formats

    def encoding_of(self, spec: ObjectSpec) -> str:
        """Encoding of an object's text files: its own, else the system's."""
        return spec.encoding or self.encoding

    def object_for(self, file_name: str) -> ObjectSpec | None:
        """The object that a file of this name (without its endings) holds; None if undeclared."""
        wanted = match_key(file_name)
        for spec in self.objects.values():
            names = (spec.name, spec.vendor_name, *spec.aliases)
            if wanted in {match_key(name) for name in names}:
                return spec
        return None

    def unused_reason(self, file_name: str) -> str | None:
        """Why a file of this name is not read; None if it is not declared as unused."""
        wanted = match_key(file_name)
        return next((why for name, why in self.unused.items() if match_key(name) == wanted), None)


def systems() -> tuple[str, ...]:
    """Names of the systems that can be landed."""
    return tuple(sorted(path.stem for path in SOURCES.glob("*.yml")))


@cache
def load_spec(system: str) -> SystemSpec:
    """The declaration of `system`.

    Raises:
        InputError: the system is unknown, or its declaration does not validate.
    """
    path = SOURCES / f"{system}.yml"
    if not path.is_file():
        raise InputError(
            f"Unknown system: {system}.",
            where=str(SOURCES),
            do=f"Known systems are {', '.join(systems())}; a new one needs a file there.",
        )
    return read_spec(path)


def read_spec(path: Path) -> SystemSpec:
    """The declaration in `path`.

    Raises:
        InputError: it is no valid YAML or does not validate.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        common = raw.pop("common_columns", [])
        for name, body in raw["objects"].items():
            body["name"] = name
            body["columns"] = [*body["columns"], *common]
        raw["objects"][CONTROL_TOTAL.name] = CONTROL_TOTAL
        return SystemSpec.model_validate(raw)
    except (yaml.YAMLError, ValidationError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"The declaration of a source system is not valid: {error}",
            where=str(path),
            do="Correct the file; ingestion/spec.py says what it may hold.",
        ) from error
