"""Stock moto with 5,000 trial components, as a process of its own: prints where it is."""

from __future__ import annotations

import json
import logging
import os
import sys

RUNS = 5000
REGION = "eu-west-1"


def main() -> None:
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"
    from moto.sagemaker.models import sagemaker_backends
    from moto.server import ThreadedMotoServer

    backend = sagemaker_backends["123456789012"][REGION]
    for number in range(RUNS):
        backend.create_trial_component(
            trial_component_name=f"large-{number:05}",
            trial_name="large",
            status={"PrimaryStatus": "Completed"},
            start_time=None,
            end_time=None,
            display_name=None,
            parameters={
                "max_depth": {"NumberValue": 3 + number % 10},
                "eta": {"NumberValue": 0.1},
                "model": {"StringValue": "xgboost"},
            },
            input_artifacts={},
            output_artifacts={},
            metadata_properties={},
        )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
    }
    host, port = server.get_host_and_port()
    line = {"url": f"http://{host}:{port}", "environment": environment, "domain": ""}
    print(json.dumps(line), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
