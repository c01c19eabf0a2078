"""Links, shares and hosts that mean harm: one test for each threat, and for each advisory that
people who build such things have had to write."""
