"""How git signs in, and what a refused sign-in means."""
