"""A stand-in for the Azure Batch service, for tests and demonstrations.

No emulator of Batch exists. This one keeps pools and nodes, speaks both api-versions that Poolkeeper speaks,
verifies signatures, stores what it is sent as the service stores it, and can be told to misbehave.
Where Microsoft's pages or recordings of the real service settle a question, the code follows them and says
which; where nothing does, it takes the stricter reading, so that no client learns to lean on a guess.
"""
