"""The notebook as it ran: its runs, and the saved file kept with them."""
