"""Course content out of an OLX export, and back: reading, comparing, storing, exporting."""
