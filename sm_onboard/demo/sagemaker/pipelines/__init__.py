"""Pipelines: definitions, and executions whose steps follow the clock."""

from __future__ import annotations

from sm_onboard.demo.sagemaker import families as families  # it has to be first: it imports these
