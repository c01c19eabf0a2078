"""Jobs, models and endpoints, clusters, experiments, metrics, lineage, pipelines, Search."""

from __future__ import annotations

import json
import time

from .studio import ARN, ROLE, TAGS
from .tour import Tour

TRAINING = {
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": ROLE,
    "OutputDataConfig": {"S3OutputPath": "s3://acme/out"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 10,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
PROCESSING = {
    "AppSpecification": {"ImageUri": "acme/clean:1"},
    "RoleArn": ROLE,
    "ProcessingResources": {
        "ClusterConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        }
    },
}
TRANSFORM = {
    "ModelName": "churn",
    "TransformInput": {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://acme/in"}}
    },
    "TransformOutput": {"S3OutputPath": "s3://acme/out"},
    "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
}


def models_and_endpoints(tour: Tour) -> None:
    container = {"Image": "acme/serve:1", "ModelDataUrl": "s3://acme/model.tar.gz"}
    for name in ("churn", "prices"):
        tour("CreateModel", ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    tour.refused("duplicate", "ValidationException", "CreateModel", ModelName="churn",
                 PrimaryContainer=container, ExecutionRoleArn=ROLE)  # fmt: skip
    tour("DescribeModel", ModelName="churn")
    tour("ListModels", SortBy="Name")
    variants = [{
        "VariantName": "all",
        "ModelName": "churn",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1.0,
    }]  # fmt: skip
    for name in ("small", "large"):
        tour("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=variants)
    tour("DescribeEndpointConfig", EndpointConfigName="small")
    tour("ListEndpointConfigs", SortBy="Name")
    for name in ("churn", "shadow"):
        tour("CreateEndpoint", EndpointName=name, EndpointConfigName="small")
    tour.refused("duplicate", "ValidationException", "CreateEndpoint",
                 EndpointName="churn", EndpointConfigName="small")  # fmt: skip
    tour.refused("missing parent", "ValidationException", "CreateEndpoint",
                 EndpointName="third", EndpointConfigName="none")  # fmt: skip
    tour("DescribeEndpoint", EndpointName="churn")
    tour("UpdateEndpoint", EndpointName="churn", EndpointConfigName="large")
    tour("UpdateEndpointWeightsAndCapacities", EndpointName="churn",
         DesiredWeightsAndCapacities=[{"VariantName": "all", "DesiredWeight": 0.5}])  # fmt: skip
    tour("ListEndpoints", SortBy="Name")
    tour("DeleteEndpoint", EndpointName="churn")
    tour.refused("missing", "ValidationException", "DescribeEndpoint", EndpointName="churn")
    tour("DeleteEndpointConfig", EndpointConfigName="large")
    tour("DeleteModel", ModelName="prices")
    tour.refused("missing", "ValidationException", "DescribeModel", ModelName="prices")


def jobs(tour: Tour) -> None:
    """At the speed of real life, for what runs can be stopped."""
    tour.control.clock(speed=1)
    for kind, wanted in (
        ("Training", TRAINING),
        ("Processing", PROCESSING),
        ("Transform", TRANSFORM),
    ):
        member = f"{kind}JobName"
        for name in ("first", "second"):
            tour(f"Create{kind}Job", **{member: name}, Tags=TAGS, **wanted)
        first = {member: "first"}
        tour.refused("duplicate", "ResourceInUse", f"Create{kind}Job", **first, **wanted)
        tour(f"Describe{kind}Job", **first)
        tour(f"List{kind}Jobs", SortBy="Name", StatusEquals="InProgress")
        if kind == "Training":
            tour("UpdateTrainingJob", **first, ProfilerConfig={"DisableProfiler": True})
        if kind != "Transform":
            tour.refused("in use", "ResourceInUse", f"Delete{kind}Job", **first)
        tour(f"Stop{kind}Job", **first)
        for verb in ("Stop", "Describe"):
            tour.refused("missing", "ValidationException", f"{verb}{kind}Job", **{member: "none"})
    tour.control.clock(advance=24 * 3600)
    tour("DeleteTrainingJob", TrainingJobName="first")
    tour("DeleteProcessingJob", ProcessingJobName="first")


def clusters(tour: Tour) -> None:
    groups = [{
        "InstanceGroupName": "workers",
        "InstanceType": "ml.c5.large",
        "InstanceCount": 1,
        "ExecutionRole": ROLE,
        "LifeCycleConfig": {"SourceS3Uri": "s3://sagemaker-acme/x", "OnCreate": "on_create.sh"},
    }]  # fmt: skip
    for name in ("first", "second"):
        tour("CreateCluster", ClusterName=name, InstanceGroups=groups, Tags=TAGS)
    tour.refused("duplicate", "ResourceInUse", "CreateCluster",
                 ClusterName="first", InstanceGroups=groups)  # fmt: skip
    tour("DescribeCluster", ClusterName="first")
    tour("ListClusters", SortBy="NAME")
    tour("DeleteCluster", ClusterName="first")
    tour.refused("missing", "ResourceNotFound", "DescribeCluster", ClusterName="first")


def experiments(tour: Tour) -> None:
    for name in ("churn", "prices"):
        tour("CreateExperiment", ExperimentName=name, Tags=TAGS)
    tour.refused("duplicate", "ValidationException", "CreateExperiment", ExperimentName="churn")
    tour("DescribeExperiment", ExperimentName="churn")
    tour("UpdateExperiment", ExperimentName="churn", Description="Who leaves")
    tour("ListExperiments", SortBy="Name")
    for name in ("weekly", "daily"):
        tour("CreateTrial", TrialName=name, ExperimentName="churn", Tags=TAGS)
    tour.refused("duplicate", "ValidationException", "CreateTrial",
                 TrialName="weekly", ExperimentName="churn")  # fmt: skip
    tour.refused("missing parent", "ResourceNotFound", "CreateTrial",
                 TrialName="third", ExperimentName="none")  # fmt: skip
    tour("DescribeTrial", TrialName="weekly")
    tour("UpdateTrial", TrialName="weekly", DisplayName="Weekly")
    tour("ListTrials", ExperimentName="churn", SortBy="Name")
    for name in ("run-1", "run-2"):
        tour("CreateTrialComponent", TrialComponentName=name, Tags=TAGS,
             Status={"PrimaryStatus": "Completed", "Message": "done"},
             Parameters={"depth": {"NumberValue": 7}, "model": {"StringValue": "xgb"}},
             InputArtifacts={"data": {"MediaType": "text/csv", "Value": "s3://acme/in"}},
             MetadataProperties={"CommitId": "0123abc"})  # fmt: skip
        tour("AssociateTrialComponent", TrialComponentName=name, TrialName="weekly")
    tour.refused("duplicate", "ValidationException", "CreateTrialComponent",
                 TrialComponentName="run-1")  # fmt: skip
    tour.refused("missing parent", "ResourceNotFound", "AssociateTrialComponent",
                 TrialComponentName="run-1", TrialName="none")  # fmt: skip
    tour("UpdateTrialComponent", TrialComponentName="run-1", DisplayName="Run-1",
         Parameters={"eta": {"NumberValue": 0.1}}, ParametersToRemove=["model"])  # fmt: skip
    _metrics(tour)
    tour("DescribeTrialComponent", TrialComponentName="run-1")
    tour("ListTrialComponents", TrialName="weekly", SortBy="Name")
    tour("GetSearchSuggestions", Resource="ExperimentTrialComponent",
         SuggestionQuery={"PropertyNameQuery": {"PropertyNameHint": "Para"}})  # fmt: skip
    in_churn = {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": "churn"}
    tour("Search", Resource="ExperimentTrialComponent", MaxResults=100, SortBy="CreationTime",
         SearchExpression={"Filters": [in_churn]})  # fmt: skip
    tour.refused("in use", "ValidationException", "DeleteExperiment", ExperimentName="churn")
    tour.refused("in use", "ValidationException", "DeleteTrial", TrialName="weekly")
    tour.refused("in use", "ValidationException", "DeleteTrialComponent",
                 TrialComponentName="run-1")  # fmt: skip
    tour("DisassociateTrialComponent", TrialComponentName="run-1", TrialName="weekly")
    tour("DeleteTrialComponent", TrialComponentName="run-1")
    tour("DeleteTrial", TrialName="daily")
    tour("DeleteExperiment", ExperimentName="prices")
    for kind, name in (("Experiment", "prices"), ("Trial", "daily"), ("TrialComponent", "run-1")):
        for verb in ("Describe", "Update", "Delete"):
            tour.refused("missing", "ResourceNotFound", f"{verb}{kind}", **{f"{kind}Name": name})


def _metrics(tour: Tour) -> None:
    data = [{"MetricName": "auc", "Timestamp": int(time.time()), "Step": 1, "Value": 0.9}]
    tour("sagemaker-metrics:BatchPutMetrics", TrialComponentName="run-1", MetricData=data)
    tour.refused("missing", "ValidationException", "sagemaker-metrics:BatchPutMetrics",
                 TrialComponentName="none", MetricData=data)  # fmt: skip
    tour("sagemaker-metrics:BatchGetMetrics", MetricQueries=[{
        "MetricName": "auc",
        "ResourceArn": f"{ARN}:experiment-trial-component/run-1",
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }])  # fmt: skip


def lineage(tour: Tour) -> None:
    source = {"SourceUri": "s3://acme/data", "SourceTypes": [
        {"SourceIdType": "Custom", "Value": "1"}]}  # fmt: skip
    more = {"Properties": {"rows": "600"}, "Tags": TAGS}
    artifact = tour("CreateArtifact", ArtifactName="data", ArtifactType="DataSet",
                    Source=source, **more)["ArtifactArn"]  # fmt: skip
    tour("CreateArtifact", ArtifactType="DataSet", Source={"SourceUri": "s3://acme/other"})
    tour.refused("duplicate", "ValidationException", "CreateArtifact",
                 ArtifactType="DataSet", Source=source)  # fmt: skip
    place = {"SourceUri": "s3://acme/code"}
    for kind in ("Action", "Context"):
        for name in ("deploy", "train"):
            tour(f"Create{kind}", **{f"{kind}Name": name, f"{kind}Type": "Step"},
                 Source=place, **more)  # fmt: skip
        tour.refused("duplicate", "ValidationException", f"Create{kind}",
                     **{f"{kind}Name": "train", f"{kind}Type": "Step"}, Source=place)  # fmt: skip
        named = {f"{kind}Name": "train"}
        tour(f"Describe{kind}", **named)
        tour(f"Update{kind}", **named, Description="one", PropertiesToRemove=["rows"])
        tour(f"List{kind}s", SortBy="Name")
    tour("DescribeArtifact", ArtifactArn=artifact)
    tour("UpdateArtifact", ArtifactArn=artifact, PropertiesToRemove=["rows"])
    tour("ListArtifacts", ArtifactType="DataSet")
    for kind in ("action", "context"):
        tour("AddAssociation", SourceArn=artifact, DestinationArn=f"{ARN}:{kind}/train",
             AssociationType="ContributedTo")  # fmt: skip
    tour.refused("missing", "ResourceNotFound", "AddAssociation",
                 SourceArn=artifact, DestinationArn=f"{ARN}:action/none")  # fmt: skip
    tour("ListAssociations", SourceArn=artifact, SortBy="CreationTime")
    tour.refused("in use", "ValidationException", "DeleteArtifact", ArtifactArn=artifact)
    tour("DeleteAssociation", SourceArn=artifact, DestinationArn=f"{ARN}:action/train")
    tour("DeleteAction", ActionName="train")
    tour("DeleteContext", ContextName="deploy")
    other = {"SourceUri": "s3://acme/other"}
    tour("DeleteArtifact", Source=other)
    for kind in ("Action", "Context"):
        tour.refused("missing", "ResourceNotFound", f"Describe{kind}", **{f"{kind}Name": "none"})


DEFINITION = {
    "Version": "2020-12-01",
    "Metadata": {},
    "Parameters": [
        {"Name": "Data", "Type": "String", "DefaultValue": "s3://acme/in"},
        {"Name": "Bound", "Type": "Float", "DefaultValue": 0.8},
    ],
    "Steps": [
        {
            "Name": name,
            "Type": "Callback",
            "Arguments": {},
            "SqsQueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/steps",
            "OutputParameters": [],
        }
        for name in ("Ask", "Tell")
    ],
}


def pipelines(tour: Tour) -> None:
    """At the speed of real life, for what executes can be stopped."""
    tour.control.clock(speed=1)
    text = json.dumps(DEFINITION)
    for name in ("train", "score"):
        made = tour("CreatePipeline", PipelineName=name, PipelineDefinition=text, RoleArn=ROLE,
                    ClientRequestToken="token-" + name * 6, Tags=TAGS)  # fmt: skip
    tour.refused("duplicate", "ValidationException", "CreatePipeline", PipelineName="train",
                 PipelineDefinition=text, RoleArn=ROLE, ClientRequestToken="t" * 32)  # fmt: skip
    tour("DescribePipeline", PipelineName="train")
    newer = json.dumps({**DEFINITION, "Metadata": {"by": "us"}})
    for name in ("train", "score"):
        tour("UpdatePipeline", PipelineName=name, PipelineDefinition=newer)
    tour("ListPipelines", SortBy="Name")
    tour("ListPipelineVersions", PipelineName="train")
    tour("UpdatePipelineVersion", PipelineArn=made["PipelineArn"], PipelineVersionId=1,
         PipelineVersionDescription="the first")  # fmt: skip
    for number in "12":
        begun = tour("StartPipelineExecution", PipelineName="train",
                     ClientRequestToken=number * 32, PipelineExecutionDisplayName=f"run-{number}",
                     PipelineParameters=[{"Name": "Data", "Value": "s3://acme/new"}])  # fmt: skip
    one = {"PipelineExecutionArn": begun["PipelineExecutionArn"]}
    tour.refused("missing parent", "ResourceNotFound", "StartPipelineExecution",
                 PipelineName="none", ClientRequestToken="n" * 32)  # fmt: skip
    tour.refused("in use", "ConflictException", "DeletePipeline",
                 PipelineName="train", ClientRequestToken="d" * 32)  # fmt: skip
    tour.control.clock(advance=60)
    tour("DescribePipelineExecution", **one)
    tour("DescribePipelineDefinitionForExecution", **one)
    tour("ListPipelineParametersForExecution", **one)
    tour("ListPipelineExecutions", PipelineName="train", SortBy="CreationTime")
    steps = tour("ListPipelineExecutionSteps", **one)["PipelineExecutionSteps"]
    tokens = [step["Metadata"]["Callback"]["CallbackToken"] for step in steps]
    tour("UpdatePipelineExecution", **one, PipelineExecutionDisplayName="run-two")
    tour("SendPipelineExecutionStepSuccess", CallbackToken=tokens[0])
    tour("SendPipelineExecutionStepFailure", CallbackToken=tokens[1], FailureReason="No answer.")
    tour.control.clock(advance=600)
    tour("RetryPipelineExecution", **one, ClientRequestToken="r" * 32)
    tour("StopPipelineExecution", **one, ClientRequestToken="s" * 32)
    tour("DeletePipeline", PipelineName="score", ClientRequestToken="e" * 32)
    for operation in ("DescribePipeline", "UpdatePipeline"):
        tour.refused("missing", "ResourceNotFound", operation, PipelineName="score")
    tour.refused("missing", "ResourceNotFound", "DescribePipelineExecution",
                 PipelineExecutionArn=f"{ARN}:pipeline/train/execution/none")  # fmt: skip
