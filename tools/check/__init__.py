"""Checks of the repository that tests and developers share."""
