"""An Apify-shaped platform on loopback over run folders, and the runner that starts Actors on it."""
