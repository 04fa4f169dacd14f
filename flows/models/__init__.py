"""Flows that people draw, and whoever walks through them."""

from flows.models.drawn import Flow, FlowFile, FlowSecret, FlowVersion
from flows.models.walked import FlowRun, FlowStep

__all__ = ["Flow", "FlowFile", "FlowRun", "FlowSecret", "FlowStep", "FlowVersion"]
