"""The scenarios, one module an area; each exports SCENARIOS. tests/lab/scenario.py says how one is written."""
