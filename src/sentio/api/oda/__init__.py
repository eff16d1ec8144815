"""Sentio as a component of TM Forum's Open Digital Architecture."""

from sentio.api.oda.definition import ComponentDefinition, read_component
from sentio.api.oda.manifest import Placement, manifest
from sentio.api.oda.yaml_text import yaml_text

__all__ = ["ComponentDefinition", "Placement", "manifest", "read_component", "yaml_text"]
