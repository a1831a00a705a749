"""Adapters without their engine: one sentence, with the command that fixes it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HIDDEN = """
import sys
sys.modules[{engine!r}] = None
try:
    import cleaner.integrations.{adapter}
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("adapter", "engine", "extra"),
    [
        ("scrapy", "itemadapter", "scrapy"),
        ("datatrove", "datatrove", "datatrove"),
        ("datatrove_sites", "datatrove", "datatrove"),
        ("arrow", "pyarrow", "arrow"),
        ("arrow_sites", "pyarrow", "arrow"),
        ("pandas", "pandas", "pandas"),
        ("langchain", "langchain_core", "langchain"),
    ],
)
def test_adapter_without_its_engine(adapter: str, engine: str, extra: str) -> None:
    """Importing an adapter whose engine is absent says how to install it."""
    script = HIDDEN.format(engine=engine, adapter=adapter)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    package = {"arrow": "pyarrow", "langchain": "langchain-core"}.get(extra, extra)
    command = f"python -m pip install 'news-cleaner[{extra}]'"
    assert done.stdout == f"MissingExtraError {package} is not installed; install it with: {command}\n"


def test_package_imports_no_engine() -> None:
    """The package itself, and the adapter that needs no engine, import none."""
    script = (
        "import sys, cleaner, cleaner.integrations.trafilatura\n"
        "engines = {'scrapy', 'twisted', 'datatrove', 'pyarrow', 'trafilatura', 'datasets'}\n"
        "print(sorted(engines & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
