"""MLflow's own server on this machine, which stands behind the MLflow App of the domain.

python -m sm_onboard.demo.colleagues.mlflow_app FOLDER ARTIFACTS

ARTIFACTS is where its runs keep their files, as the App was made with. It prints its address,
and ends when its standard input does. ``mlflow server`` would be ten processes and two gigabytes;
its Flask application alone is what SageMaker's clients ask.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path


def main(folder: Path, artifacts: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chdir(folder)
    store = f"sqlite:///{folder}/mlflow.db"
    # What `mlflow server` tells its workers, in the same way.
    os.environ |= {
        "_MLFLOW_SERVER_FILE_STORE": store,
        "_MLFLOW_SERVER_REGISTRY_STORE": store,
        "_MLFLOW_SERVER_ARTIFACT_ROOT": artifacts,
    }
    from mlflow.server import app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
