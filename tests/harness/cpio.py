"""Archives as the kernel unpacks them into its first file system, also several that follow each other."""

import subprocess
from pathlib import Path


def archive_of(tree: Path) -> bytes:
    """All that is in this folder, as root's."""
    return subprocess.run("find . | cpio --quiet -o -H newc -R 0:0", shell=True, cwd=tree, capture_output=True, check=True).stdout
