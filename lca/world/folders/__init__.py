"""Folders of captures: built, verified, planned, looked at. Nothing here changes what is drawn."""
