"""Registers the fixtures that every folder of tests may use."""

pytest_plugins = [
    "tests.batchsim.fixtures",
    "tests.entrasim.fixtures",
    "tests.testbed.fixtures",
    "tests.support.fixtures",
]
