"""From the model to rich text; the one door through which text that we did not write comes in."""
