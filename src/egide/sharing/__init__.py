"""The law at work: who may know what, on what basis, and a trace of each reading."""
