"""What the product calls, or will call: each of these has to be there."""

from __future__ import annotations

_SAGEMAKER = """
CreateDomain DescribeDomain UpdateDomain DeleteDomain ListDomains CreatePresignedDomainUrl
CreateUserProfile DescribeUserProfile UpdateUserProfile DeleteUserProfile ListUserProfiles
CreateSpace DescribeSpace UpdateSpace DeleteSpace ListSpaces
CreateApp DescribeApp DeleteApp ListApps
CreateStudioLifecycleConfig DescribeStudioLifecycleConfig DeleteStudioLifecycleConfig
ListStudioLifecycleConfigs
CreateCodeRepository DescribeCodeRepository UpdateCodeRepository DeleteCodeRepository
ListCodeRepositories
DescribeImage ListImages DescribeImageVersion ListImageVersions
AddTags ListTags DeleteTags Search
CreateExperiment DescribeExperiment UpdateExperiment DeleteExperiment ListExperiments
CreateTrial DescribeTrial UpdateTrial DeleteTrial ListTrials
CreateTrialComponent DescribeTrialComponent UpdateTrialComponent DeleteTrialComponent
ListTrialComponents AssociateTrialComponent DisassociateTrialComponent
AddAssociation DeleteAssociation ListAssociations
CreateTrainingJob DescribeTrainingJob StopTrainingJob ListTrainingJobs
CreateProcessingJob DescribeProcessingJob StopProcessingJob ListProcessingJobs
CreatePipeline DescribePipeline UpdatePipeline DeletePipeline ListPipelines ListPipelineVersions
StartPipelineExecution StopPipelineExecution RetryPipelineExecution DescribePipelineExecution
UpdatePipelineExecution ListPipelineExecutions ListPipelineExecutionSteps
DescribePipelineDefinitionForExecution ListPipelineParametersForExecution
CreateMlflowTrackingServer DescribeMlflowTrackingServer UpdateMlflowTrackingServer
DeleteMlflowTrackingServer ListMlflowTrackingServers StartMlflowTrackingServer
StopMlflowTrackingServer CreatePresignedMlflowTrackingServerUrl
CreateMlflowApp DescribeMlflowApp UpdateMlflowApp DeleteMlflowApp ListMlflowApps
CreatePresignedMlflowAppUrl
"""

NEEDED = frozenset(
    {f"sagemaker:{name}" for name in _SAGEMAKER.split()}
    | {
        "sagemaker-metrics:BatchPutMetrics",
        "sagemaker-metrics:BatchGetMetrics",
        "pricing:GetProducts",
        "service-quotas:ListServiceQuotas",
        "service-quotas:GetServiceQuota",
        "iam:SimulatePrincipalPolicy",
        "codecommit:ListRepositories",
    }
)
