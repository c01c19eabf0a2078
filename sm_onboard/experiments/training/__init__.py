"""The training job of a run: what SageMaker says of it, its logs, and starting it again."""
