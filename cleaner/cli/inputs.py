"""The inputs of commands that read as ``clean`` does and write no results: options in, sources and settings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaner.cli.options import (
    OTHER_TEXTS,
    DelimiterOption,
    EncodingOption,
    FieldOption,
    FormatOption,
    HtmlFieldOption,
    IdFieldOption,
    LangFieldOption,
    LangOption,
    MaxDocumentOption,
    SheetOption,
    TableOption,
    TextFormatOption,
    TitleFieldOption,
    TitleOption,
    UrlFieldOption,
    make_delimiter,
    make_format,
    make_text_format,
)
from cleaner.cli.output import refuse, say_all, write
from cleaner.cli.planning import check_fields, check_usage, make_places
from cleaner.cli.site_inputs import check_memory, without_memories
from cleaner.cli.site_options import SiteFieldOption, SiteOption, UrlOption
from cleaner.config import CleanConfig, Output
from cleaner.corpus.records import Source, find_sources, require_encoding
from cleaner.corpus.records.chunks import Fields
from cleaner.corpus.records.sources import DOCUMENT_FORMATS
from cleaner.corpus.records.unread import Unread

if TYPE_CHECKING:
    from cleaner.corpus.batch import Plan, Settings

__all__ = ["Inputs", "Reading", "find_inputs"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read: the values of the options with these names, as a command gets them."""

    format: FormatOption = None
    field: FieldOption = None
    html_field: HtmlFieldOption = None
    text_format: TextFormatOption = "text"
    title_field: TitleFieldOption = "title"
    lang_field: LangFieldOption = "lang"
    url_field: UrlFieldOption = "url"
    site_field: SiteFieldOption = ""
    id_field: IdFieldOption = "id"
    delimiter: DelimiterOption = None
    sheet: SheetOption = None
    table: TableOption = None
    encoding: EncodingOption = None
    title: TitleOption = None
    lang: LangOption = None
    url: UrlOption = None
    site: SiteOption = None
    max_document: MaxDocumentOption = None

    def given(self) -> dict[str, Any]:
        """The options that say something, by their long names.

        >>> Reading(html_field="page", url_field="url").given()
        {'html-field': 'page'}
        """
        values = ((one.name, getattr(self, one.name), one.default) for one in fields(self))
        return {name.replace("_", "-"): value for name, value, default in values if value != default}

    def fields(self, result: str | None = None) -> Fields:
        """The fields of records; what cannot be is reported as wrong usage. ``result``: that of the cleaned text."""
        text = "text" if self.field is None else self.field
        return Fields(
            text if self.html_field is None else self.html_field,
            self.title_field,
            self.lang_field,
            self.url_field,
            self.id_field,
            result if self.html_field is None else result or text,
            is_html=self.html_field is not None,
            is_markdown=make_text_format(self.text_format),
            other_texts=OTHER_TEXTS if self.field is None else (),
            delimiter=make_delimiter(self.delimiter),
            encoding=self.encoding,
            sheet=self.sheet,
            table=self.table,
            site=self.site_field,
        )

    def settings(self, config: CleanConfig, fields: Fields, **others: Any) -> Settings:
        """The settings of a run; ``others``: those that do not say how inputs are read."""
        from cleaner.corpus.batch import Settings

        return Settings(
            config,
            title=self.title,
            lang=self.lang,
            encoding=self.encoding,
            fields=fields,
            max_document=self.max_document,
            url=self.url,
            site=self.site,
            **others,
        )

    def check_url(self, sources: Sequence[Source]) -> None:
        """Refuse one address for several documents."""
        if self.url is not None and (len(sources) > 1 or any(one.format not in DOCUMENT_FORMATS for one in sources)):
            refuse("--url: is the address of one text or page; for records name the field with --url-field")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a command reads: a ``plan`` without results, and the ``settings`` of its documents.

    ``failed``: how many inputs cannot be read; that has been said. ``unread``: what else was left out, to be said at the
    end.
    """

    plan: Plan
    settings: Settings
    failed: int
    unread: Unread


def find_inputs(
    names: Sequence[str],
    reading: Reading,
    config: CleanConfig,
    *,
    output: Output = "text",
    jobs: int = 1,
    timeout: float | None = None,
    is_quiet: bool = False,
) -> Inputs:
    """The inputs with some names, as ``clean`` finds and reads them; wrong usage is reported before any is read.

    ``output``: what HTML becomes. ``timeout``: CPU seconds that a document may take.
    """
    from cleaner.corpus.batch import Plan

    places = make_places(list(names), None, in_place=False, removed=None, errors=None, resume=False)
    check_usage(places, jobs=jobs, max_document=reading.max_document)
    if reading.encoding is not None:
        require_encoding(reading.encoding)
    memory = config.sites if isinstance(config.sites, Path) else None
    unread = Unread()
    sources, missing = find_sources(names, format=make_format(reading.format), unread=unread)
    sources, left_out = without_memories(sources, list(names), memory, "--sites", is_quiet=is_quiet)
    reading.check_url(sources)
    own_fields = reading.fields()
    if sources:
        check_fields(sources, own_fields)
    check_memory(config)
    settings = reading.settings(config, own_fields, output=output, timeout=timeout)
    failed = say_all([*missing, *left_out])
    return Inputs(Plan(sources, write, jobs=jobs, is_quiet=is_quiet), settings, failed, unread)
