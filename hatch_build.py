"""Build hook: includes the prepared built-in patterns in the wheel, so that nobody waits for them at first use."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Creates the file of prepared patterns, and puts it into the wheel beside the code."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file to the build; an editable install reads the checkout and keeps its own."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from cleaner.matching.cache import PREPARED_NAME
        from cleaner.matching.library import prepare_builtin

        with tempfile.NamedTemporaryFile(suffix=".bin", delete=False) as file:
            file.write(prepare_builtin())
        self._made = Path(file.name)
        build_data["force_include"][file.name] = f"cleaner/{PREPARED_NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the file."""
        del version, build_data, artifact_path
        if made := getattr(self, "_made", None):
            made.unlink(missing_ok=True)
