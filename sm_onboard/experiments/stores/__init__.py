"""The places that runs are kept in, each read where it is."""
