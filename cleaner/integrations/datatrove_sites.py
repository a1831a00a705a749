"""Two pipeline steps for datatrove that learn what sites repeat: one in every task, and one that merges.

    learn = LocalPipelineExecutor([JsonlReader("pages"), SiteLearner("learned")], tasks=8)
    merge = LocalPipelineExecutor([SiteMerger("learned", "sites.sqlite")], tasks=1, depends=learn)

Then `CleanerStep` with ``CleanConfig(sites="sites.sqlite")``. A task that runs again replaces its file, and files that
are merged again change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cleaner.errors import ConfigError, MissingExtraError, SitesError
from cleaner.integrations.arrow_sites import SCHEMA, HeldPages, write_sites
from cleaner.integrations.learning import Learned, learn_safely

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datatrove.data import Document
    from datatrove.io import DataFolder, DataFolderLike, get_datafolder
    from datatrove.pipeline.base import PipelineStep
except ModuleNotFoundError as error:
    raise MissingExtraError("datatrove", "datatrove") from error

__all__ = ["SiteLearner", "SiteMerger"]

# How many rows of a file are read together (set by hand).
ROWS = 1024


class SiteLearner(PipelineStep):
    """Learns the text of every document, and passes the documents on as they are.

    ``output_folder``: where each task writes the pages it has learned, as a Parquet file named after its rank. The files
    contain the lines of these pages. ``html``: the texts are HTML pages. ``url_key``, ``site_key``: the metadata with the address of the page, whose host is
    the site, and with the site if it has another name.
    Statistics: ``total``, ``learned``, ``without_site`` and ``failed``.
    """

    type = "📊 - STATS"
    name = "news-cleaner sites"

    def __init__(
        self,
        output_folder: DataFolderLike,
        *,
        html: bool = False,
        url_key: str = "url",
        site_key: str | None = None,
    ) -> None:
        super().__init__()
        self.output_folder = get_datafolder(output_folder)
        self.html = html
        self.keys = {"url": url_key} | ({} if site_key is None else {"site": site_key})

    def run(self, data: Iterable[Document] | None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents, unchanged and in order."""
        del world_size
        held = HeldPages()
        with _parquet(self.output_folder, f"{rank:05}.parquet") as writer:
            for document in data or ():
                with self.track_time():
                    merged = held.learn(self._learn(document))
                    if merged is not None:
                        writer.write_table(merged, ROWS)
                yield document
            writer.write_table(held.rest(), ROWS)

    def _learn(self, document: Document) -> Learned:
        known = {name: document.metadata.get(key) for name, key in self.keys.items()}
        learned = learn_safely({"text": document.text} | known, html=self.html)
        self.stat_update("total")
        if learned.page is not None:
            self.stat_update("learned")
        else:
            self.stat_update("without_site" if learned.error is None else "failed")
        return learned


class SiteMerger(PipelineStep):
    """Merges the pages that the tasks of `SiteLearner` have learned into the file of a site memory, in one task.

    ``input_folder``: the folder that they were written to. ``path``: the file, which is created if there is none and
    keeps what it has. Raises `SitesError` where a file of the folder is damaged or the memory cannot be written.
    """

    type = "📊 - STATS"
    name = "news-cleaner merged sites"

    def __init__(self, input_folder: DataFolderLike, path: Path | str) -> None:
        super().__init__()
        self.input_folder = get_datafolder(input_folder)
        self.path = Path(path)

    def run(self, data: Iterable[Document] | None = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents, if there are any, after the pages are merged."""
        del rank
        if world_size != 1:
            raise ConfigError("tasks: of a pipeline with SiteMerger must be 1, because all pages go into one file")
        with self.track_time(unit="folder"):
            write_sites(self._batches(), self.path)
        yield from data or ()

    def _batches(self) -> Iterator[Any]:
        """The learned pages of all files."""
        names = self.input_folder.list_files(glob_pattern="*.parquet")
        if not names:
            fix = "has no files of learned pages; run a pipeline with SiteLearner into this folder first"
            raise SitesError(str(self.input_folder.path), fix)
        for name in names:
            path = self.input_folder.resolve_paths(name)
            try:
                with self.input_folder.open(name, "rb") as file:
                    pages = pq.ParquetFile(file)
                    if pages.schema_arrow.names != SCHEMA.names:
                        raise SitesError(path, "holds no learned pages; remove it from the folder")
                    yield from map(pages.read_row_group, range(pages.num_row_groups))
            except (pa.ArrowException, OSError) as error:
                fix = f"is damaged or cannot be read: {error}; run its task of SiteLearner again"
                raise SitesError(path, fix) from None
            self.stat_update("files", unit="file")


@contextmanager
def _parquet(folder: DataFolder, name: str) -> Iterator[Any]:
    """A writer of learned pages into a file, which has its name once it is complete."""
    part = f"{name}.part"
    with folder.open(part, "wb") as file, pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        yield writer
    folder.mv(part, name)
