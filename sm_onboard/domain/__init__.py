"""The domain room: where am I, what runs, what does it cost, what may I do."""
