"""Every operation of the local SageMaker, called by boto3 over HTTP, and what came of it.

    python -m tests.demo.sagemaker.matrix

writes the result into ``docs/local-sagemaker.md``.
"""
