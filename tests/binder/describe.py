"""Runs with repo2docker's Python, in a repository: prints what repo2docker would do, as JSON."""

import json
import os
import sys

import repo2docker
from repo2docker.app import Repo2Docker

app = Repo2Docker()
packs = (pack(app.base_image) for pack in app.buildpacks)
pack = next((pack for pack in packs if pack.detect()), None) or app.default_buildpack(
    app.base_image
)
pack.platform = "linux/amd64"
json.dump(
    {
        "pack": type(pack).__name__,
        "python": pack.python_version,
        "build_files": pack.get_build_script_files(),
        "preassemble_files": pack.get_preassemble_script_files(),
        "preassemble": pack.get_preassemble_scripts(),
        "assemble": pack.get_assemble_scripts(),
        "post_build": pack.get_post_build_scripts(),
        "start": pack.get_start_script(),
        "dockerfile": pack.render(),
        "entrypoint": os.path.join(
            os.path.dirname(repo2docker.__file__), "buildpacks", "repo2docker-entrypoint"
        ),
    },
    sys.stdout,
)
