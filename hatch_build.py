"""Compile the kernel that proves cells valid, where there is a C compiler; else go without it."""

import hashlib
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = Path("src/opendata_hub/adapters/tabular/engine")


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling before it builds a wheel, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Put the library beside its source and into the wheel."""
        source = Path(self.root) / PLACE / "kernel.c"
        library = source.with_name("libkernel.so")
        if self.target_name != "wheel" or not self._compiled(source, library):
            return
        build_data["artifacts"].append(str(PLACE / library.name))
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"

    def _compiled(self, source: Path, library: Path) -> bool:
        compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
        if not compiler:
            self.app.display_warning("No C compiler: every row will be read by Frictionless")
            return False
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
        library.unlink(missing_ok=True)
        command = [compiler, "-O3", "-shared", "-fPIC", f'-DSOURCE="{digest}"']
        done = subprocess.run(  # noqa: S603  (the compiler that the builder names)
            [*command, str(source), "-o", str(library)], check=False
        )
        return done.returncode == 0
