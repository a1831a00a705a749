"""Adapters that put the cleaner inside other people's scrapers and engines; each is imported on its own.

- `cleaner.integrations.scrapy`: an item pipeline.
- `cleaner.integrations.datatrove`: a pipeline step.
- `cleaner.integrations.arrow`: tables and arrays, for Ray Data, Spark, Dask, pandas and polars.
- `cleaner.integrations.arrow_sites`: what sites repeat, learned from tables, as a group-by on Ray Data and Spark.
- `cleaner.integrations.datatrove_sites`: two pipeline steps that learn what sites repeat.
- `cleaner.integrations.pandas`: one column of a pandas data frame.
- `cleaner.integrations.datasets`: a function for ``dataset.map`` of Hugging Face datasets.
- `cleaner.integrations.langchain`: a document transformer.
- `cleaner.integrations.trafilatura`: the result of ``bare_extraction``.

A broken document never stops an engine's job: it is passed on unchanged, counted, and flagged ``not-cleaned``.
"""
