"""The local SageMaker: the real API over HTTP for real boto3 clients.

Driven by the model of the botocore that is installed: it knows what that botocore knows.
The other AWS services are moto's.
"""
