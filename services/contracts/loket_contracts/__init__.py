"""The published language of Loket: what its parts say to each other, and nothing else."""
