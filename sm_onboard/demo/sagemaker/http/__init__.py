"""From a request to its answer: safety, who calls, trouble, permission; moto and MLflow."""
